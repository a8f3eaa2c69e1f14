use super::*;
use futures_util::join;
use ocpp::Version;
use spec::Archetype;
use std::cell::RefCell;
use std::rc::Rc;

#[derive(Clone, Default)]
struct Paper {
    text: Rc<RefCell<String>>,
    held: Rc<Cell<bool>>,
}

impl Screen for Paper {
    fn hold(&self, held: bool) {
        assert_ne!(self.held.replace(held), held);
    }
    fn show(&self, text: &str) {
        assert!(self.held.get(), "shown beside the progress of the run");
        self.text.borrow_mut().push_str(text);
    }
}

struct Desk {
    operator: Operator<Paper>,
    paper: Paper,
    keys: mpsc::UnboundedSender<String>,
    aborted: watch::Receiver<bool>,
}

fn desk(limit: u64) -> Desk {
    let about = About {
        archetype: Rc::new(Archetype::load("ac-wallbox").unwrap()),
        station: "CS001".to_owned(),
        version: Version::V201,
        run_id: "0".repeat(16),
    };
    let (paper, (keys, lines)) = (Paper::default(), mpsc::unbounded_channel());
    let (abort, aborted) = watch::channel(false);
    let operator = Operator::new(paper.clone(), lines, about, Duration::from_secs(limit), abort);
    Desk { operator, paper, keys, aborted }
}

fn start() -> Effect {
    Effect::TransactionStart { evse: 2 }
}

/// Types lines one after the other, a while after each other.
async fn types(desk: &Desk, lines: &[&str]) {
    for line in lines {
        tokio::time::sleep(Duration::from_millis(2500)).await;
        desk.keys.send((*line).to_owned()).unwrap();
    }
}

async fn answered(lines: &[&str]) -> (Result<(), Refused>, String, bool) {
    let desk = desk(60);
    let effect = start();
    let (said, ()) = join!(desk.operator.apply(&effect), types(&desk, lines));
    let text = desk.paper.text.borrow().clone();
    assert!(!desk.paper.held.get());
    (said, text, *desk.aborted.borrow())
}

#[tokio::test(start_paused = true)]
async fn done_is_done_and_the_prompt_says_what_to_do_and_what_can_hurt() {
    let (said, text, aborted) = answered(&["d"]).await;
    assert_eq!((said, aborted), (Ok(()), false));
    assert!(
        text.contains("Plug a vehicle, or a simulator of one, into EVSE 2 and start charging."),
        "{text}"
    );
    assert!(text.contains(" ! Dangerous voltage:"), "{text}");
    assert!(text.contains("Time left 1:00") && text.contains("Time left 0:58"), "{text}");
    assert!(text.contains("d = done, c = cannot do it, a = abort the run"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_done_is_said() {
    let (said, ..) = answered(&[" Cannot "]).await;
    assert_eq!(said, Err(Refused::cannot("the operator could not do it")));
}

#[tokio::test(start_paused = true)]
async fn an_abort_ends_the_run_in_an_orderly_way() {
    let (said, text, aborted) = answered(&["a"]).await;
    assert_eq!((said.is_err(), aborted), (true, true));
    assert!(text.contains("what was changed is put back"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_asked_again() {
    let (said, text, _) = answered(&["", "yes", "\u{1b}[31mred", "done"]).await;
    assert_eq!(said, Ok(()));
    assert!(text.contains("\"yes\" is no answer."), "{text}");
    assert_eq!(text.matches("d = done").count(), 4);
    assert!(!text.contains("\u{1b}[31m"));
}

#[tokio::test(start_paused = true)]
async fn nobody_answering_ends_at_the_limit() {
    let desk = desk(5);
    let said = desk.operator.apply(&start()).await;
    assert_eq!(said, Err(Refused::failed("the operator did not answer within 5 s")));
    let text = desk.paper.text.borrow().clone();
    for left in ["0:05", "0:04", "0:03", "0:02", "0:01"] {
        assert!(text.contains(&format!("Time left {left}")), "{left}: {text}");
    }
    assert!(text.contains("The time is over."));
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_is_gone_answers_nothing() {
    let Desk { operator, keys, .. } = desk(60);
    drop(keys);
    let said = operator.apply(&start()).await;
    assert_eq!(said, Err(Refused::cannot("standard input was closed: nobody can answer")));
}

#[tokio::test(start_paused = true)]
async fn what_was_typed_before_the_question_answers_nothing() {
    let desk = desk(5);
    desk.keys.send("d".to_owned()).unwrap();
    assert!(desk.operator.apply(&start()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn scenarios_side_by_side_ask_one_after_the_other() {
    let desk = desk(60);
    let (first, second) = (start(), Effect::TransactionEnd { evse: 1 });
    let (a, b, ()) =
        join!(desk.operator.apply(&first), desk.operator.apply(&second), types(&desk, &["d", "c"]));
    assert_eq!((a.is_ok(), b.is_ok()), (true, false));
    let text = desk.paper.text.borrow().clone();
    assert!(text.find("(number 1)").unwrap() < text.find("(number 2)").unwrap());
}

#[test]
fn a_long_text_is_broken_and_hangs_behind_its_mark() {
    let mut text = String::new();
    hang(&mut text, " ! ", &"word ".repeat(40));
    assert!(text.lines().all(|l| l.chars().count() <= WIDTH), "{text}");
    assert!(text.starts_with(" ! word word") && text.lines().nth(1).unwrap().starts_with("   word"));
}

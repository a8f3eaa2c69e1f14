use super::*;
use ocpp::Version;
use spec::Archetype;
use std::rc::Rc;
use tokio::net::TcpListener;

fn about() -> About {
    About {
        archetype: Rc::new(Archetype::load("ac-wallbox").unwrap()),
        station: "CS001".to_owned(),
        version: Version::V21,
        run_id: "00ff".repeat(4),
    }
}

const EFFECT: Effect = Effect::TransactionStart { evse: 1 };

async fn ask(via: Via, seconds: u64) -> Result<(), String> {
    tried(via, seconds).await.map_err(|refused| refused.why)
}

async fn tried(via: Via, seconds: u64) -> Result<(), Refused> {
    HookRig::new(via, about(), Duration::from_secs(seconds)).apply(&EFFECT).await
}

async fn why(via: Via) -> String {
    ask(via, 10).await.unwrap_err()
}

#[test]
fn a_rig_is_a_url_a_program_or_a_control_channel_and_named_without_what_is_private() {
    let shown = |via: Result<Via, ViaError>| via.unwrap().to_string();
    assert_eq!(shown(Via::hook("http://127.0.0.1:8080/effect?key=1")), "http://127.0.0.1:8080/effect");
    assert_eq!(shown(Via::control("127.0.0.1:9001")), "control channel 127.0.0.1:9001");
    for wrong in ["https://h/x", "nowhere-at-all", "./nowhere-at-all.sh", " ", "sh -c 'open"] {
        assert!(Via::hook(wrong).is_err(), "{wrong}");
    }
    assert!(Via::control("here").unwrap_err().to_string().contains("control:127.0.0.1:9001"));
}

#[tokio::test]
async fn an_http_endpoint_gets_the_request_and_its_word_counts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let via = Via::hook(&format!("http://{}/effect", listener.local_addr().unwrap())).unwrap();
    let serve = async {
        let mut asked = Vec::new();
        for body in
            [r#"{"version":1,"result":"done"}"#, r#"{"version":1,"result":"cannot","detail":"no vehicle"}"#]
        {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = Vec::new();
            while !text.ends_with(b"}") {
                stream.read_buf(&mut text).await.unwrap();
            }
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(head.as_bytes()).await.unwrap();
            asked.push(String::from_utf8(text).unwrap());
        }
        asked
    };
    let both = async { (ask(via.clone(), 10).await, ask(via.clone(), 10).await) };
    let ((done, cannot), asked) = tokio::join!(both, serve);
    assert_eq!(done, Ok(()));
    assert_eq!(cannot, Err("the rig cannot do it: no vehicle".to_owned()));
    let body = asked[0].split_once("\r\n\r\n").unwrap().1;
    let request: HookRequest = serde_json::from_str(body).unwrap();
    assert_eq!((request.effect, request.station.as_str(), request.deadline), (EFFECT, "CS001", 10));
    assert_eq!((request.version, request.ocpp, request.run_id.len()), (1, Version::V21, 16));
}

#[tokio::test]
async fn an_endpoint_that_keeps_silent_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let via = Via::hook(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    assert_eq!(ask(via, 1).await, Err("the rig did not answer within 1 s".to_owned()));
}

#[tokio::test]
async fn the_control_channel_gets_the_effect_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let via = Via::Control(listener.local_addr().unwrap());
    let serve = async {
        let mut asked = String::new();
        for answer in ["{\"ok\":true}\n", "{\"error\":\"there is no EVSE 1\"}\n", "hello\n"] {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            asked.clear();
            stream.read_line(&mut asked).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        asked
    };
    let all = async { (ask(via.clone(), 10).await, why(via.clone()).await, why(via.clone()).await) };
    let ((done, cannot, garbage), asked) = tokio::join!(all, serve);
    assert_eq!(asked, "{\"effect\":\"transaction-start\",\"evse\":1}\n");
    assert_eq!((done, cannot.as_str()), (Ok(()), "the station cannot do it: there is no EVSE 1"));
    assert!(garbage.contains("answered \"hello\", which is no answer"), "{garbage}");
}

#[tokio::test]
async fn nobody_there_has_changed_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for via in [Via::Control(address), Via::hook(&format!("http://{address}/")).unwrap()] {
        assert!(tried(via, 5).await.unwrap_err().untouched);
    }
}

#[cfg(unix)]
mod programs {
    use super::*;

    fn shell(script: &str) -> Via {
        // Double quotation marks only inside: the script is one word.
        Via::hook(&format!("sh -c '{script}'")).unwrap()
    }

    #[tokio::test]
    async fn a_program_reads_the_request_and_writes_the_answer() {
        let via = shell(
            r#"grep -q "\"effect\":{\"effect\":\"transaction-start\"" && echo "{\"version\":1,\"result\":\"done\"}""#,
        );
        assert_eq!(ask(via.clone(), 10).await, Ok(()));
        assert_eq!(via.to_string(), "executable sh");
    }

    #[tokio::test]
    async fn a_program_need_not_read_its_input() {
        assert_eq!(ask(shell(r#"exec <&-; echo "{\"version\":1,\"result\":\"done\"}""#), 10).await, Ok(()));
    }

    #[tokio::test]
    async fn an_exit_code_and_the_last_complaint_are_said() {
        let said = why(shell(r#"echo first >&2; echo "no relay board" >&2; exit 3"#)).await;
        assert_eq!(said, "sh ended with exit code 3: no relay board");
        assert_eq!(why(shell("exit 1")).await, "sh ended with exit code 1");
        assert_eq!(why(shell("kill -9 $$")).await, "sh ended with a signal");
        // Whatever it wrote before: it failed.
        assert!(ask(shell(r#"echo "{\"version\":1,\"result\":\"done\"}"; exit 1"#), 10).await.is_err());
    }

    #[tokio::test]
    async fn garbage_nothing_and_too_much_are_no_answers() {
        assert!(why(shell("echo done")).await.contains("answered \"done\", which is no answer"));
        assert!(why(shell("true")).await.contains("gave no answer"));
        assert!(why(shell("yes")).await.contains("wrote more than"));
        // It may have done something before.
        assert!(!tried(shell("exit 1"), 5).await.unwrap_err().untouched);
        let cannot = shell(r#"echo "{\"version\":1,\"result\":\"cannot\"}""#);
        assert!(tried(cannot, 5).await.unwrap_err().untouched);
    }

    #[tokio::test]
    async fn a_program_out_of_time_is_ended_with_what_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pid");
        let script = format!("sleep 300 & echo $! > {}; wait", file.display());
        let said = ask(shell(&script), 1).await.unwrap_err();
        assert_eq!(said, "sh did not end within 1 s and was stopped");
        let child = std::fs::read_to_string(&file).unwrap();
        let child = rustix::process::Pid::from_raw(child.trim().parse().unwrap()).unwrap();
        // Its parent is gone, so that somebody else has to notice its end.
        for _ in 0..50 {
            if gone(child) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{child:?} goes on");
    }

    /// Whether a process has ended; one that nobody has noticed yet counts.
    fn gone(process: rustix::process::Pid) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
        rustix::process::test_kill_process(process).is_err() || stat.is_ok_and(|s| s.contains(") Z "))
    }
}

//! The contract with a laboratory's rig: what it is asked, and what it answers. An executable gets the request on
//! standard input and writes the answer to standard output, each in one line; an HTTP endpoint gets it by POST.

use crate::effect::Effect;
use crate::model::RowId;
use ocpp::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the contract.
pub const HOOK_VERSION: u32 = 1;
/// Longest text of a rig that is kept, in characters.
const MAX_DETAIL: usize = 200;

/// A message between the suite and a rig.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum HookMessage {
    /// What the rig is asked.
    Request(Box<HookRequest>),
    /// What it answers.
    Answer(HookAnswer),
}

/// An effect that a rig is asked to bring about. Keys a rig does not know are to be ignored: later versions of the
/// suite may add some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookRequest {
    /// Version of the contract. Only `1` exists.
    pub version: u32,
    /// What is to happen to the station. It is to stay until another effect ends it.
    pub effect: Effect,
    /// The row of the archetype the effect is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<HookRow>,
    /// Identity of the station, as it connected.
    pub station: String,
    /// OCPP version spoken with it.
    pub ocpp: Version,
    /// Seconds until the suite no longer waits for the answer; an executable is ended then.
    pub deadline: u64,
    /// Tells runs apart: the first sixteen digits of the hash of the first record of the evidence.
    pub run_id: String,
}

/// A row of the archetype, for people who read along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookRow {
    /// Its id (`F-0031`, or `V-0213` where only a value changes).
    pub id: RowId,
    /// What it is about, in a few words.
    pub title: String,
}

/// What a rig says. It decides whether the suite goes on to look at the station, and is never evidence itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookAnswer {
    /// Version of the contract. Only `1` exists.
    pub version: u32,
    /// Whether the effect was brought about.
    pub result: HookResult,
    /// More about it, for people; needed to understand `cannot` and `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Whether a rig brought an effect about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HookResult {
    /// It is there now.
    Done,
    /// This rig cannot do it; nothing was changed.
    Cannot,
    /// It should have worked and did not; something may have been changed.
    Failed,
}

/// Why an effect is not there. Each is one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookTrouble {
    /// It cannot do that.
    #[error("the rig cannot do it{0}")]
    Cannot(String),
    /// It tried.
    #[error("the rig failed{0}")]
    Failed(String),
    /// Nothing.
    #[error("the rig gave no answer: it has to write one line like {EXAMPLE}")]
    Nothing,
    /// Something else.
    #[error("the rig answered {0:?}, which is no answer: it has to write one line like {EXAMPLE}")]
    NoAnswer(String),
    /// An answer of another version.
    #[error("the rig answered in version {0} of the contract, and this suite speaks version {HOOK_VERSION}")]
    Version(u64),
}

const EXAMPLE: &str = r#"{"version":1,"result":"done"}"#;

impl HookAnswer {
    /// Reads what a rig wrote: one line of JSON, and nothing but blank lines beside it.
    ///
    /// # Errors
    /// When it is no answer, or one that says that the effect is not there.
    pub fn read(text: &str) -> Result<HookAnswer, HookTrouble> {
        let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
        let line = lines.next().ok_or(HookTrouble::Nothing)?;
        let no_answer = || HookTrouble::NoAnswer(told(text));
        if lines.next().is_some() {
            return Err(no_answer());
        }
        let value: serde_json::Value = serde_json::from_str(line).map_err(|_| no_answer())?;
        // Said first: another version may look different.
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(HOOK_VERSION) => return Err(HookTrouble::Version(version)),
            _ => {}
        }
        let answer: HookAnswer = serde_json::from_value(value).map_err(|_| no_answer())?;
        let detail = answer.detail.as_deref().map(told).filter(|d| !d.is_empty());
        let detail = detail.map(|d| format!(": {d}")).unwrap_or_default();
        match answer.result {
            HookResult::Done => Ok(answer),
            HookResult::Cannot => Err(HookTrouble::Cannot(detail)),
            HookResult::Failed => Err(HookTrouble::Failed(detail)),
        }
    }
}

/// What a rig wrote, as one short line without control characters.
pub fn told(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_DETAIL) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(text: &str) -> String {
        HookAnswer::read(text).unwrap_err().to_string()
    }

    #[test]
    fn done_is_done_with_or_without_a_detail_and_unknown_keys() {
        for text in [
            r#"{"version":1,"result":"done"}"#,
            "\r\n {\"version\":1,\"result\":\"done\",\"detail\":\"relay 3\",\"more\":1} \n\n",
        ] {
            assert_eq!(HookAnswer::read(text).unwrap().result, HookResult::Done);
        }
    }

    #[test]
    fn whatever_else_a_rig_writes_is_one_clear_sentence() {
        let cannot = r#"{"version":1,"result":"cannot","detail":"no  heater\nin this\u0007 bay"}"#;
        assert_eq!(trouble(cannot), "the rig cannot do it: no heater in this bay");
        assert_eq!(trouble(r#"{"version":1,"result":"failed"}"#), "the rig failed");
        assert!(trouble(" \n").starts_with("the rig gave no answer"));
        assert!(
            trouble("Traceback (most recent call last)").contains("\"Traceback (most recent call last)\"")
        );
        assert!(trouble("{\"version\":1,\"result\":\"done\"}\nbye").contains("is no answer"));
        assert!(trouble(r#"{"version":1,"result":"maybe"}"#).contains("is no answer"));
        assert!(trouble(r#"{"result":"done"}"#).contains("is no answer"));
        assert!(trouble(r#"{"version":2,"outcome":7}"#).contains("version 2 of the contract"));
        assert!(trouble(&"x".repeat(10_000)).len() < 400);
    }
}

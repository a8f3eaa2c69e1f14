//! What is told of customers, and erased.

use super::super::{Deviation, defect, instead, says, variant};
use serde_json::json;
use station::policy::sessions::{Erased, Erasure, Told, UnknownCustomer};

/// The request for data of customers.
const ASK: &str = "CustomerInformation";
/// The message that tells them.
const TELL: &str = "NotifyCustomerInformation";

pub(super) fn deviations() -> Vec<Deviation> {
    vec![
        defect(
            "unknown-customer-unanswered",
            "of a customer it does not know the station tells nothing at all",
        )
        .breaks(&["B-0441"])
        .decides(|p| p.sessions.unknown_customer = UnknownCustomer::NotReported),
        defect("customer-told-twice", "what is known of a customer is told twice")
            .breaks(&["B-0441", "B-0442", "B-0443", "B-0448"])
            .warns(&["B-0446"])
            .wire(|_| {
                instead(|mut p, wire| {
                    if let Some(told) = p.call(TELL).cloned() {
                        wire.call(TELL, told);
                    }
                    wire.send(p.frame);
                })
            }),
        defect("erasure-not-confirmed", "an erasure without a report is not confirmed")
            .breaks(&["B-0442"])
            .decides(|p| p.sessions.erasure = Erasure::Silent),
        defect("nothing-erased-nothing-told", "nothing is told where there was nothing to erase and report")
            .breaks(&["B-0443"])
            .decides(|p| p.sessions.unknown_customer = UnknownCustomer::NotErased),
        defect("anybody-is-a-customer", "a request that names no customer, or two, is accepted")
            .breaks(&["B-0444"])
            .wire(|_| {
                says(|p| {
                    if let Some(answer) = p.result(ASK).filter(|a| a["status"] == "Invalid") {
                        answer["status"] = json!("Accepted");
                    }
                })
            }),
        defect("request-for-nothing-accepted", "a request neither to report nor to erase is accepted")
            .warns(&["B-0445"])
            .wire(|_| {
                says(|p| {
                    if let Some(answer) = p.result(ASK).filter(|a| a["status"] == "Rejected") {
                        *answer = json!({ "status": "Accepted" });
                    }
                })
            }),
        defect("customers-of-everybody", "the data of all customers are told, whoever is asked for")
            .breaks(&["B-0441"])
            .in_version(&[(ocpp::Version::V201, &["B-0443"], &[])])
            .decides(|p| p.sessions.told = Told::OfEverybody),
        defect("erasing-clears-the-list", "an erasure clears the local authorization list as well")
            .warns(&["B-0447"])
            .decides(|p| p.sessions.erased = Erased::TheListToo),
        defect("erased-is-told-again", "what was erased of a customer is told at the next request")
            .warns(&["B-0447"])
            .decides(|p| p.sessions.erased = Erased::Nothing),
        variant("customer-data-letter-by-letter", "customer data come with few letters in each message")
            .allowed_by("N09.FR.05 leaves it to the station how much it puts into one message")
            .wire(|_| in_pieces()),
        defect("customer-data-all-end", "no part of customer data says that another one follows")
            .breaks(&["B-0448"])
            .leaves_open(&["B-0447"])
            .wire(|_| {
                fn never_more(p: &mut station::wire::Passing) {
                    if let Some(told) = p.call(TELL) {
                        told["tbc"] = json!(false);
                    }
                }
                pieces(never_more)
            }),
    ]
}

/// Long data in pieces.
fn in_pieces() -> station::wire::Between {
    pieces(|_| ())
}

fn pieces(change: fn(&mut station::wire::Passing)) -> station::wire::Between {
    use ocpp::frame::Frame;
    use station::wire::Passing;
    instead(move |mut p, wire| {
        let Some(told) = p.call(TELL).filter(|t| t["data"].as_str().is_some_and(|d| d.len() > 8)).cloned()
        else {
            return wire.send(p.frame);
        };
        wire.settle(&p);
        let text: Vec<char> = told["data"].as_str().unwrap_or_default().chars().collect();
        let last = text.len().div_ceil(8).saturating_sub(1);
        for (n, part) in text.chunks(8).enumerate() {
            let mut payload = told.clone();
            payload["data"] = json!(part.iter().collect::<String>());
            payload["seqNo"] = json!(n);
            payload["tbc"] = json!(n < last);
            let mut part = Passing { action: TELL.to_owned(), frame: Frame::call("", TELL, payload) };
            change(&mut part);
            if let Some(payload) = part.payload() {
                wire.call(TELL, payload.clone());
            }
        }
    })
}

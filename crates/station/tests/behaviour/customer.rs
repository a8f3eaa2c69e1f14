//! Customer information.

use crate::support::in_both;
use serde_json::{Value, json};

fn request(report: bool, clear: bool) -> Value {
    json!({ "requestId": 4, "report": report, "clear": clear, "customerIdentifier": "nobody" })
}

#[test]
fn an_unknown_customer_gives_one_empty_message_after_the_answer() {
    in_both(|mut csms| {
        assert_eq!(csms.status("CustomerInformation", request(true, false)), "Accepted");
        assert_eq!(csms.order, ["answer", "NotifyCustomerInformation"]);
        let told = csms.take("NotifyCustomerInformation");
        assert_eq!(
            (&told[0]["data"], &told[0]["requestId"], &told[0]["seqNo"]),
            (&json!(""), &json!(4), &json!(0))
        );
    });
}

#[test]
fn erasing_without_a_report_is_confirmed_in_one_message() {
    in_both(|mut csms| {
        assert_eq!(csms.status("CustomerInformation", request(false, true)), "Accepted");
        assert_eq!(csms.take("NotifyCustomerInformation").len(), 1);
    });
}

#[test]
fn neither_report_nor_erase_is_refused() {
    in_both(|mut csms| assert_eq!(csms.status("CustomerInformation", request(false, false)), "Rejected"));
}

#[test]
fn no_name_or_two_names_are_invalid() {
    in_both(|mut csms| {
        let mut none = request(true, false);
        none.as_object_mut().unwrap().remove("customerIdentifier");
        assert_eq!(csms.status("CustomerInformation", none), "Invalid");
        let mut two = request(true, false);
        two["idToken"] = json!({ "idToken": "AABBCC", "type": "ISO14443" });
        assert_eq!(csms.status("CustomerInformation", two), "Invalid");
        assert_eq!(csms.take("NotifyCustomerInformation").len(), 0);
    });
}

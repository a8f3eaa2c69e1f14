//! Negotiation of permessage-deflate (RFC 7692, 7.1).

/// Answers the client's offers (the values of its `Sec-WebSocket-Extensions` headers): the value to answer
/// with for the first acceptable offer of permessage-deflate, `None` if there is none.
pub(crate) fn accept_offer<'a>(headers: impl Iterator<Item = &'a str>) -> Option<String> {
    headers.flat_map(|h| h.split(',')).find_map(answer)
}

fn answer(offer: &str) -> Option<String> {
    let mut parts = offer.split(';').map(str::trim);
    parts.next().filter(|name| *name == "permessage-deflate")?;
    let mut response = String::from("permessage-deflate");
    let mut seen = Vec::new();
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
            None => (part, None),
        };
        let bits = value.and_then(|v| v.parse::<u8>().ok()).filter(|bits| (8..=15).contains(bits));
        match (name, value) {
            _ if seen.contains(&name) => return None,
            ("server_no_context_takeover", None) => response.push_str("; server_no_context_takeover"),
            // A smaller window for what we send is declined; 15 is the default and only to be confirmed.
            ("server_max_window_bits", _) if bits == Some(15) => {
                response.push_str("; server_max_window_bits=15");
            }
            // We inflate with the largest window, which reads what any smaller one wrote.
            ("client_no_context_takeover", None) | ("client_max_window_bits", None) => {}
            ("client_max_window_bits", _) if bits.is_some() => {}
            _ => return None,
        }
        seen.push(name);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_answered_as_the_rfc_says() {
        let answer = |h: &str| accept_offer([h].into_iter());
        let plain = Some("permessage-deflate".to_owned());
        assert_eq!(answer("permessage-deflate"), plain);
        assert_eq!(answer("permessage-deflate; client_max_window_bits"), plain);
        assert_eq!(answer("permessage-deflate; server_max_window_bits=9"), None);
        assert_eq!(answer("permessage-deflate; server_max_window_bits=9, permessage-deflate"), plain);
        assert_eq!(
            answer("foo, permessage-deflate; server_no_context_takeover; server_max_window_bits=\"15\""),
            Some("permessage-deflate; server_no_context_takeover; server_max_window_bits=15".into())
        );
        for wrong in [
            "",
            "x-webkit-deflate-frame",
            "permessage-deflate; a=b",
            "permessage-deflate; client_max_window_bits=99",
        ] {
            assert_eq!(answer(wrong), None, "{wrong}");
        }
    }
}

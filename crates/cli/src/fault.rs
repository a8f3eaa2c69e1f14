//! What ends a command early: a sentence for the person, and an exit code.

use report::exit;

/// A command that cannot do what was asked.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: u8,
    pub(crate) message: String,
}

impl Fault {
    /// The flags or an input file are wrong.
    pub(crate) fn input(message: impl std::fmt::Display) -> Fault {
        Fault { code: exit::USAGE, message: message.to_string() }
    }

    /// Evidence that cannot be reproduced, or was tampered with.
    pub(crate) fn evidence(message: impl std::fmt::Display) -> Fault {
        Fault { code: exit::EVIDENCE, message: message.to_string() }
    }

    /// There was nothing to judge.
    pub(crate) fn nothing(message: impl std::fmt::Display) -> Fault {
        Fault { code: exit::NOTHING_JUDGED, message: message.to_string() }
    }

    /// Our own failure.
    pub(crate) fn internal(message: impl std::fmt::Display) -> Fault {
        Fault { code: exit::INTERNAL, message: message.to_string() }
    }
}

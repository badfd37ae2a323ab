//! The faults that can be planted, to see that the checks find them. A checker that finds no planted fault proves
//! nothing. Each is one line where it is planted: search for its name.

pub struct Bug {
    pub name: &'static str,
    /// What the faulty program does.
    pub does: &'static str,
    /// It shows only when the office is restored from a backup.
    pub restores: bool,
    /// The day of the first thousand that showed it last; looked at first.
    pub day: u64,
}

const fn bug(day: u64, name: &'static str, does: &'static str) -> Bug {
    Bug { name, does, restores: false, day }
}

const fn after_a_restore(day: u64, name: &'static str, does: &'static str) -> Bug {
    Bug { name, does, restores: true, day }
}

pub const ALL: &[Bug] = &[
    // On the phone.
    bug(1, "drop_on_ack", "forgets what it sent as soon as anything answers 200"),
    bug(14, "ack_beyond_sent", "forgets everything that waits when a receipt comes, not only what was sent"),
    bug(
        28,
        "cursor_before_apply",
        "keeps the cursor before the bases it stands for, and does not compare the scope",
    ),
    bug(19, "gone_deletes_waiting", "forgets what waits for a work order that was given to somebody else"),
    bug(3, "refusal_dropped", "forgets what was refused"),
    bug(10, "reply_for_another", "does not look whose reply it is"),
    bug(3, "sheet_not_rebased", "takes a new base and does not lay the waiting changes on it again"),
    bug(1, "two_transactions", "keeps the sheet before the change"),
    bug(4, "photo_apart", "keeps a photo after its change, in a transaction of its own"),
    after_a_restore(3, "no_retained", "keeps nothing of what the office has signed for"),
    bug(1, "duplicate_kept", "goes on waiting with what the office says it had before"),
    bug(11, "receipt_unchecked", "believes every receipt"),
    bug(1, "sequence_first", "counts a change before it keeps it, in a transaction of its own"),
    bug(63, "put_back_unseen", "does not see by a receipt that it was put back to a copy"),
    // At the office.
    bug(1, "applied_twice", "applies a change again when it comes again"),
    bug(1, "duplicate_as_refused", "refuses a change that it has already"),
    bug(1, "late_refused", "refuses what was recorded after the work order was given to somebody else"),
    bug(3, "refusal_blocks", "takes nothing of a push in which one change does not fit"),
    bug(1, "receipt_ahead", "gives a receipt for one more than it holds"),
    bug(
        1,
        "scope_without_history",
        "numbers changes and not grants: what is given to somebody later is not sent",
    ),
    after_a_restore(
        6,
        "no_epoch",
        "does not see that it was restored: takes cursors for its own, and compares no scope",
    ),
    bug(
        63,
        "incarnation_ignored",
        "takes a phone that was put back for the same as before, and it does not see it either",
    ),
    bug(2, "photo_without_hash", "keeps a photo without looking whether its bytes are its own"),
];

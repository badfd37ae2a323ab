//! The faults that can be planted, to see that the checks find them. A checker that finds no planted fault proves
//! nothing. Each is one line where it is planted: search for its name.

pub struct Bug {
    pub name: &'static str,
    /// What the faulty program does.
    pub does: &'static str,
    /// It shows only when the office is restored from a backup.
    pub restores: bool,
}

const fn bug(name: &'static str, does: &'static str) -> Bug {
    Bug { name, does, restores: false }
}

const fn after_a_restore(name: &'static str, does: &'static str) -> Bug {
    Bug { name, does, restores: true }
}

pub const ALL: &[Bug] = &[
    // On the phone.
    bug("drop_on_ack", "forgets what it sent as soon as anything answers 200"),
    bug("ack_beyond_sent", "forgets everything that waits when a receipt comes, not only what was sent"),
    bug(
        "cursor_before_apply",
        "keeps the cursor before the bases it stands for, and does not compare the scope",
    ),
    bug("gone_deletes_waiting", "forgets what waits for a work order that was given to somebody else"),
    bug("refusal_dropped", "forgets what was refused"),
    bug("reply_for_another", "does not look whose reply it is"),
    bug("sheet_not_rebased", "takes a new base and does not lay the waiting changes on it again"),
    bug("two_transactions", "keeps the sheet before the change"),
    bug("photo_apart", "keeps a photo after its change, in a transaction of its own"),
    bug("mark_in_base", "lays what the base holds already on it once more"),
    after_a_restore("no_retained", "keeps nothing of what the office has signed for"),
    bug("duplicate_kept", "goes on waiting with what the office says it had before"),
    // At the office.
    bug("applied_twice", "applies a change again when it comes again"),
    bug("duplicate_as_refused", "refuses a change that it has already"),
    bug("late_refused", "refuses what was recorded after the work order was given to somebody else"),
    bug("refusal_blocks", "takes nothing of a push in which one change does not fit"),
    bug("receipt_ahead", "gives a receipt for one more than it holds"),
    bug("cursor_ahead", "takes the number of an entry before the entry: readers pass it by"),
    bug(
        "scope_without_history",
        "numbers changes and not grants: what is given to somebody later is not sent",
    ),
    bug("photo_without_hash", "keeps a photo without looking whether its bytes are its own"),
];

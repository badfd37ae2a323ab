//! Syncing: nothing is forgotten without a receipt that matches, and nothing but the office counts as the office.

use crate::{Pocket, id, stub::*};
use chrono::TimeDelta;
use jobsheet_model::{
    Refusal, Stage,
    change::{DeclineReason, KnownWhat},
    moment::OtherZone,
    reference::{Part, VanStock},
    view::{Event, Link, Standing},
    wire::{Gone, Safe, scope_digest},
};
use jobsheet_phone::Step;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn what_was_recorded_reaches_the_office_and_leaves_the_outbox() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.phone.record(id(1), KnownWhat::OfferAccepted {}.into()).unwrap();
    pocket.note(id(1), "a");
    pocket.note(id(2), "b");
    let before = pocket.phone.job(id(1)).unwrap().sheet;
    pocket.phone.sync_once().await.unwrap();
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!((&job.sheet, &job.sheet), (&before, &office.sheet(id(1))));
    assert!(matches!(job.card.standing, Standing::Received { .. }));
    let outbox = pocket.phone.outbox().unwrap();
    assert_eq!((outbox.groups.len(), outbox.received_today.len()), (0, 2));
    assert_eq!(outbox.sync.link, Link::Online);
    assert!(outbox.sync.last_received.is_some() && outbox.sync.last_sync.is_some());
    assert!(outbox.free.is_some_and(|f| f > 0) && outbox.photos_fit.is_some());
}

#[tokio::test]
async fn i9_an_answer_that_is_not_the_offices_changes_nothing() {
    for (mood, code, link) in [
        (Mood::Portal, "not_an_office", Link::Trouble),
        (Mood::BadGateway, "not_an_office", Link::Trouble),
        (Mood::NoHeader, "not_an_office", Link::Trouble),
        (Mood::NotJson, "not_an_office", Link::Trouble),
        (Mood::OtherNonce, "not_an_office", Link::Trouble),
        (Mood::OtherIds, "not_an_office", Link::Trouble),
        (Mood::Late, "not_an_office", Link::Trouble),
        (Mood::Truncated, "office_unreachable", Link::Offline),
        (Mood::LostReply, "office_unreachable", Link::Offline),
        (Mood::SignInLapsed, "sign_in_needed", Link::SignInNeeded),
        (Mood::TooOld, "app_too_old", Link::Trouble),
        (Mood::Failing, "office_error", Link::Trouble),
    ] {
        let office = Stub::open([offered(1)]).await;
        let pocket = Pocket::at(&office).await;
        pocket.note(id(1), "a");
        pocket.note(id(1), "b");
        let before = pocket.phone.job(id(1)).unwrap().sheet;
        office.is(mood);
        assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, code, "{mood:?}");
        let status = pocket.phone.today().unwrap().sync;
        assert_eq!((status.waiting_changes, status.link), (2, link), "{mood:?}");
        assert_eq!(pocket.phone.job(id(1)).unwrap().sheet, before, "{mood:?}");
        // Recording goes on, and it is all sent once when the office is back (P11, P17).
        pocket.note(id(1), "c");
        office.is(Mood::Honest);
        pocket.phone.sync_once().await.unwrap();
        assert_eq!((pocket.waiting(), pocket.notes(id(1)).len()), (0, 3), "{mood:?}");
        assert_eq!(pocket.phone.job(id(1)).unwrap().sheet, office.sheet(id(1)), "{mood:?}");
        assert_eq!(office.office().changes.len(), 3, "{mood:?}");
    }
}

#[tokio::test]
async fn i4_a_base_that_is_only_told_by_its_digest_is_folded_here_or_asked_for() {
    for (honest, requests) in [(true, 1), (false, 2)] {
        let office = Stub::open([offered(1), offered(2)]).await;
        let pocket = Pocket::at(&office).await;
        office.office().brief = Some(honest);
        office.office().refused.insert("departed".into(), Refusal::NotYours);
        pocket.note(id(1), "a");
        pocket.phone.record(id(1), KnownWhat::Departed {}.into()).unwrap();
        pocket.note(id(2), "b");
        let before = office.office().asked.len();
        pocket.phone.sync_once().await.unwrap();
        assert_eq!((pocket.waiting(), office.office().asked.len() - before), (0, requests), "{honest}");
        for n in 1..=2 {
            assert_eq!(pocket.phone.job(id(n)).unwrap().sheet, office.sheet(id(n)), "{honest}");
        }
        // What was recorded before is part of the base now.
        pocket.note(id(1), "c");
        pocket.phone.sync_once().await.unwrap();
        assert_eq!(pocket.phone.job(id(1)).unwrap().sheet, office.sheet(id(1)), "{honest}");
        assert_eq!(pocket.notes(id(1)), ["a", "c"]);
    }
}

#[tokio::test]
async fn i4_a_sheet_that_comes_without_its_work_order_belongs_to_the_one_that_is_here_or_is_asked_for() {
    for (later, requests) in [(0, 1), (1, 2)] {
        let office = Stub::open([offered(1)]).await;
        let pocket = Pocket::at(&office).await;
        office.office().alone = Some(later);
        pocket.note(id(1), "a");
        let (before, order) = (office.office().asked.len(), pocket.phone.job(id(1)).unwrap().order);
        pocket.phone.sync_once().await.unwrap();
        assert_eq!((pocket.waiting(), office.office().asked.len() - before), (0, requests), "{later}");
        let job = pocket.phone.job(id(1)).unwrap();
        assert_eq!((job.sheet, job.order), (office.sheet(id(1)), order), "{later}");
    }
}

#[tokio::test]
async fn a_pass_that_brings_nothing_new_writes_nothing() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let log = || {
        let folder = std::fs::read_dir(pocket.folder.path().join("technicians")).unwrap();
        let files = folder.map(|file| file.unwrap().path());
        let log = files.into_iter().find(|file| file.to_string_lossy().ends_with("-wal")).unwrap();
        std::fs::read(log).unwrap()
    };
    let before = log();
    pocket.clock.pass(Duration::from_secs(60));
    pocket.phone.sync_once().await.unwrap();
    assert!(log() == before);
    pocket.note(id(1), "a");
    assert!(log() != before);
}

#[tokio::test]
async fn i2_without_a_receipt_that_matches_nothing_is_forgotten() {
    for (mood, mismatch) in [
        (Mood::WrongHash, true),
        (Mood::ForgedReceipt, true),
        (Mood::ReceiptOfOther, true),
        (Mood::NoReceipt, false),
        (Mood::NoBase, false),
    ] {
        let office = Stub::open([offered(1)]).await;
        let pocket = Pocket::at(&office).await;
        pocket.note(id(1), "a");
        pocket.note(id(1), "b");
        office.is(mood);
        for _ in 0..3 {
            pocket.phone.sync_once().await.unwrap();
            assert_eq!(pocket.waiting(), 2, "{mood:?}");
            assert_eq!(pocket.notes(id(1)), ["a", "b"], "{mood:?}: on screen once");
            assert_eq!(pocket.problem(), if mismatch { "receipt_mismatch" } else { "" }, "{mood:?}");
        }
        pocket.note(id(1), "c");
        assert_eq!(pocket.notes(id(1)), ["a", "b", "c"], "{mood:?}");
        office.is(Mood::Honest);
        pocket.phone.sync_once().await.unwrap();
        assert_eq!((pocket.waiting(), pocket.problem().as_str()), (0, ""), "{mood:?}");
        assert_eq!(pocket.phone.job(id(1)).unwrap().sheet, office.sheet(id(1)), "{mood:?}");
    }
}

#[tokio::test]
async fn i12_an_office_restored_from_a_backup_gets_again_what_it_lost() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    for text in ["a", "b", "c"] {
        pocket.note(id(1), text);
        pocket.note(id(2), text);
        pocket.phone.sync_once().await.unwrap();
    }
    pocket.note(id(1), "d");
    assert_eq!((pocket.waiting(), office.office().changes.len()), (1, 6));
    for backup in [3, 0] {
        office.office().restore(backup);
        // Nobody on the phone sees a difference while it is sent again.
        let mut pass = pocket.phone.pass().unwrap();
        let mut heard = None;
        loop {
            assert_eq!(pocket.notes(id(1)), ["a", "b", "c", "d"], "backup of {backup}");
            assert_eq!(pocket.notes(id(2)), ["a", "b", "c"], "backup of {backup}");
            match pass.step(heard.take()).unwrap() {
                Step::Ask(ask) => heard = Some(office.ask(ask)),
                Step::Done => break,
            }
        }
        assert_eq!((pocket.waiting(), pocket.problem().as_str()), (0, ""), "backup of {backup}");
        assert_eq!(office.office().changes.len(), 7, "backup of {backup}");
        for n in 1..=2 {
            assert_eq!(pocket.phone.job(id(n)).unwrap().sheet.notes.len(), office.sheet(id(n)).notes.len());
        }
    }
}

#[tokio::test]
async fn i12_what_a_backup_holds_is_not_kept_any_longer() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    for text in ["a", "b", "c"] {
        pocket.note(id(1), text);
    }
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.ledger(), (3, 3, 3));
    office.office().safe = Safe { position: 9, sequence: 2, at: Some(NOON.parse().unwrap()) };
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.ledger(), (3, 3, 1), "one is in no backup yet");
    pocket.clock.pass(Duration::from_secs(36 * 24 * 3600));
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.ledger(), (3, 3, 0), "after 35 days one must be");
}

#[tokio::test]
async fn a_phone_that_is_taken_for_a_copy_goes_on_as_another_and_loses_nothing() {
    let stub = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&stub).await;
    pocket.note(id(1), "a");
    pocket.phone.sync_once().await.unwrap();
    pocket.note(id(1), "b");
    pocket.note(id(1), "c");
    stub.is(Mood::Superseded);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), pocket.problem().as_str()), (0, ""));
    assert_eq!(pocket.notes(id(1)), ["a", "b", "c"]);
    pocket.note(id(1), "d");
    pocket.phone.sync_once().await.unwrap();
    let changes = stub.office().changes.clone();
    let chains: Vec<_> = changes.iter().map(|c| (c.device == changes[0].device, c.sequence)).collect();
    assert_eq!(chains, [(true, 1), (false, 2), (false, 3), (false, 4)], "a is the first of the new one too");
    assert!(changes[1..].iter().all(|c| c.device == changes[1].device && c.previous.is_some()));
    // An office that is restored to before all that gets it again in the same order, also what was signed for under the
    // old identity.
    stub.office().restore(0);
    pocket.phone.sync_once().await.unwrap();
    let sheet = stub.sheet(id(1));
    let notes: Vec<_> = sheet.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!((notes, pocket.waiting()), (vec!["a", "b", "c", "d"], 0));
}

#[tokio::test]
async fn i12_under_a_new_identity_everything_is_sent_again_and_no_screen_shows_it() {
    let stub = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&stub).await;
    pocket.note(id(1), "a");
    stub.office().refused.insert("departed".into(), Refusal::NotYours);
    pocket.phone.record(id(2), KnownWhat::Departed {}.into()).unwrap();
    pocket.note(id(2), "b");
    pocket.phone.sync_once().await.unwrap();
    pocket.note(id(1), "c");
    let shown = |pocket: &Pocket| {
        let refused = pocket.phone.job(id(2)).unwrap().refused.len();
        (pocket.notes(id(1)), pocket.notes(id(2)), refused, pocket.waiting())
    };
    let (ac, b) = (vec!["a".to_owned(), "c".to_owned()], vec!["b".to_owned()]);
    assert_eq!(shown(&pocket), (ac.clone(), b.clone(), 1, 1));

    stub.is(Mood::Superseded);
    stub.office().pushes.clear();
    let mut pass = pocket.phone.pass().unwrap();
    let (mut heard, mut asks) = (None, 0);
    while let Step::Ask(ask) = pass.step(heard.take()).unwrap() {
        let (one, two, refused, waiting) = shown(&pocket);
        assert_eq!((one, two, refused), (ac.clone(), b.clone(), 1), "at ask {asks}");
        assert!(waiting <= 1, "only what no office has signed for");
        heard = Some(stub.ask(ask));
        if asks == 0 {
            // It is told to go on as another, and then everything comes afresh before it could say so.
            stub.office().restore(usize::MAX);
        }
        asks += 1;
    }
    assert_eq!(shown(&pocket), (ac.clone(), b.clone(), 1, 0));
    let again = ["note_written", "departed", "note_written", "note_written"];
    assert_eq!(stub.office().pushes.last().unwrap(), &again, "in the order it was recorded");

    // Restored to before all that, by people who have changed their mind.
    stub.office().refused.clear();
    stub.office().restore(0);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(shown(&pocket), (ac, b, 0, 0));
    let recorded: Vec<_> = stub.office().changes.iter().map(|c| c.what.name()).collect();
    assert_eq!(recorded, again);
}

#[tokio::test]
async fn i12_a_restored_office_gets_again_what_it_had_set_aside() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    office.office().poison.insert("departed".into());
    pocket.phone.record(id(1), KnownWhat::Departed {}.into()).unwrap();
    for _ in 0..3 {
        let _ = pocket.phone.sync_once().await;
    }
    assert_eq!((office.office().aside.len(), pocket.phone.job(id(1)).unwrap().refused.len()), (1, 1));
    office.office().aside.clear();
    office.office().poison.clear();
    office.office().restore(0);
    pocket.phone.sync_once().await.unwrap();
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!((office.office().changes.len(), pocket.ledger().1, job.refused.len()), (1, 1, 0));
}

/// Its system's backup was put back, and nothing was recorded on it since: only the receipt tells.
#[tokio::test]
async fn a_phone_that_was_put_back_sees_it_by_the_receipt_and_goes_on_as_another() {
    let stub = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&stub).await;
    pocket.note(id(1), "a");
    let backup = pocket.copied();
    pocket.note(id(1), "b");
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.ledger(), (2, 2, 2));

    let Pocket { phone, clock, .. } = pocket;
    drop(phone);
    let pocket = Pocket { phone: crate::open(backup.path(), &clock), clock, folder: backup };
    assert_eq!(pocket.waiting(), 1);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), pocket.problem().as_str()), (0, ""));
    pocket.note(id(1), "c");
    pocket.phone.sync_once().await.unwrap();
    let changes = stub.office().changes.clone();
    let ours = changes[0].device;
    assert_eq!(changes.iter().map(|c| c.device == ours).collect::<Vec<_>>(), [true, true, false]);
    let notes: Vec<_> = stub.sheet(id(1)).notes.iter().map(|note| note.text.clone()).collect();
    assert_eq!(notes, ["a", "b", "c"]);
}

#[tokio::test]
async fn i5_a_change_the_office_fails_at_is_found_put_aside_and_holds_up_no_other() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    for n in 0..9 {
        pocket.note(id(1), &n.to_string());
    }
    pocket.phone.record(id(2), KnownWhat::Departed {}.into()).unwrap();
    pocket.note(id(2), "after it");
    office.office().poison.insert("departed".into());
    for _ in 0..2 {
        assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "office_error");
        assert_eq!(pocket.waiting(), 11);
    }
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), pocket.notes(id(1)).len()), (0, 9));
    assert_eq!(office.office().aside.len(), 1);
    let job = pocket.phone.job(id(2)).unwrap();
    assert_eq!((job.refused[0].what.as_str(), job.refused[0].reason), ("departed", Refusal::Quarantined));
    assert_eq!(office.office().changes.len(), 10);
    // What comes after it goes as ever.
    pocket.note(id(2), "and on");
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), pocket.ledger().1), (0, 12));
}

#[tokio::test]
async fn an_office_that_fails_at_everything_is_not_searched() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "a");
    office.is(Mood::Failing);
    for _ in 0..6 {
        let before = office.office().asked.len();
        assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "office_error");
        assert!(office.office().asked.len() - before <= 2);
    }
    assert_eq!((pocket.waiting(), office.office().aside.len()), (1, 0));
}

#[tokio::test]
async fn what_others_wait_for_overtakes_when_there_is_much() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    for n in 0..30 {
        pocket.note(id(1), &format!("{n} {}", "x".repeat(3_000)));
    }
    pocket.phone.record(id(2), KnownWhat::OfferAccepted {}.into()).unwrap();
    office.office().pushes.clear();
    pocket.phone.sync_once().await.unwrap();
    {
        let office = office.office();
        assert_eq!(office.pushes[0][0], "offer_accepted");
        assert_eq!(office.pushes.iter().map(Vec::len).sum::<usize>(), 31);
        assert!(office.pushes.len() > 1, "more than fits into the first request");
    }
    assert_eq!((pocket.waiting(), pocket.ledger().1), (0, 31));
}

#[tokio::test]
async fn what_is_not_in_the_scope_is_asked_for_again_and_then_gone() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    // The office lost one without saying so.
    office.office().orders.remove(&id(2));
    office.office().scope = Some(scope_digest(vec![1]));
    pocket.phone.sync_once().await.unwrap();
    assert!(pocket.phone.today().unwrap().jobs.iter().all(|job| job.gone.is_none()), "nothing yet");
    pocket.phone.sync_once().await.unwrap();
    let gone = |pocket: &Pocket| pocket.phone.job(id(2)).unwrap().card.gone.is_some();
    assert!(gone(&pocket));
    assert!(pocket.phone.job(id(1)).unwrap().card.gone.is_none());
    // One that stays different is not asked for again and again.
    office.office().scope = Some(scope_digest(vec![77]));
    let mut afresh = 0;
    for _ in 0..4 {
        pocket.phone.sync_once().await.unwrap();
        afresh += usize::from(office.office().from_the_start);
    }
    assert_eq!(afresh, 1);
}

#[tokio::test]
async fn without_a_receipt_for_the_last_ones_nothing_of_them_is_forgotten() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "a");
    pocket.phone.sync_once().await.unwrap();
    pocket.note(id(1), "b");
    office.is(Mood::NoReceipt);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), pocket.problem().as_str()), (1, ""));
    office.is(Mood::Honest);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.waiting(), 0);
}

#[tokio::test]
async fn p8_a_refused_change_is_kept_with_its_reason_and_holds_up_nothing() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    office.office().refused.insert("departed".into(), Refusal::NotYours);
    pocket.phone.record(id(1), KnownWhat::Departed {}.into()).unwrap();
    pocket.note(id(1), "a");
    pocket.note(id(2), "b");
    pocket.phone.sync_once().await.unwrap();
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!(job.sheet, office.sheet(id(1)));
    assert_eq!(job.sheet.stage, Stage::Offered);
    assert_eq!(job.card.standing, Standing::Refused { count: 1 });
    assert_eq!((job.refused[0].what.as_str(), job.refused[0].reason), ("departed", Refusal::NotYours));
    let status = pocket.phone.today().unwrap().sync;
    assert_eq!((status.waiting_changes, status.refused), (0, 1));
    assert!(matches!(pocket.phone.job(id(2)).unwrap().card.standing, Standing::Received { .. }));
    // It is not sent again, and it stays.
    pocket.phone.sync_once().await.unwrap();
    let pocket = pocket.reopen();
    assert_eq!(pocket.phone.outbox().unwrap().groups[0].refused.len(), 1);
}

#[tokio::test]
async fn p15_a_job_that_was_taken_away_still_takes_records_and_is_seen_off() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "a");
    office.office().gone.push(Gone {
        work_order: id(1),
        to: "Omar".into(),
        reason: "nearer".into(),
        at: NOON.parse().unwrap(),
        closed: false,
    });
    pocket.phone.sync_once().await.unwrap();
    pocket.note(id(1), "b");
    assert_eq!(pocket.notes(id(1)), ["b"], "what was received is the office's alone");
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), office.office().changes.len()), (0, 2));
    // All is received: what was the customer's goes, but for the name on the notice.
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!((job.order.customer.name.as_str(), job.order.customer.phone.as_str()), ("Customer 1", ""));
    assert_eq!((job.order.site.address.as_str(), job.order.request.symptom.as_str()), ("", ""));
    assert!(job.sheet.notes.is_empty());
    let card = &pocket.phone.today().unwrap().jobs[0];
    assert_eq!(card.gone.as_ref().map(|g| g.to.as_str()), Some("Omar"));
    assert!(card.offer.is_none());
    assert!(pocket.phone.dismiss_gone(id(1)).unwrap().jobs.is_empty());
    pocket.phone.sync_once().await.unwrap();
    assert!(pocket.phone.today().unwrap().jobs.is_empty(), "the same notice again is not news");
    assert_eq!(pocket.phone.job(id(1)).unwrap().order.customer.name, "");
    // Given back, it is whole again.
    office.office().gone.clear();
    office.office().pages = true;
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.notes(id(1)), ["a", "b"]);
    assert_eq!(pocket.phone.job(id(1)).unwrap().order.customer.name, "Customer 1");
}

#[tokio::test]
async fn a_job_that_is_not_gone_is_not_dismissed() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    assert_eq!(pocket.phone.dismiss_gone(id(1)).unwrap().jobs.len(), 1);
}

#[tokio::test]
async fn a_declined_job_leaves_without_a_notice() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let what =
        KnownWhat::OfferDeclined { reason: DeclineReason::TooFar, note: String::new(), suggested: None };
    pocket.phone.record(id(1), what.into()).unwrap();
    office.office().gone.push(Gone {
        work_order: id(1),
        to: "Omar".into(),
        reason: String::new(),
        at: NOON.parse().unwrap(),
        closed: false,
    });
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.phone.today().unwrap().jobs.len(), pocket.waiting()), (0, 0));
}

#[tokio::test]
async fn a_visit_that_was_closed_weeks_ago_leaves_without_a_notice_and_with_what_was_written_late() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "late");
    office.office().gone.push(Gone {
        work_order: id(1),
        to: String::new(),
        reason: String::new(),
        at: NOON.parse().unwrap(),
        closed: true,
    });
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.phone.today().unwrap().jobs.len(), pocket.waiting()), (0, 0));
    assert_eq!(office.office().changes.len(), 1, "nothing recorded goes with it");
    assert_eq!(pocket.phone.job(id(1)).unwrap().order.customer.name, "", "nor does the customer stay");
}

#[tokio::test]
async fn a_new_offer_is_announced_once() {
    let office = Stub::open([]).await;
    let pocket = Pocket::at(&office).await;
    let mut events = pocket.phone.events();
    office.office().orders.insert(id(1), offered(1));
    office.office().pages = true;
    let mut announced = 0;
    for _ in 0..2 {
        office.office().pages = true;
        pocket.phone.sync_once().await.unwrap();
        while let Ok(event) = events.try_recv() {
            announced += usize::from(event == Event::Offered { work_order: id(1) });
        }
    }
    assert_eq!(announced, 1);
}

#[tokio::test]
async fn a_change_of_plan_keeps_what_was_recorded_here() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "a");
    office.is(Mood::NoBase);
    office.office().orders.get_mut(&id(1)).unwrap().version = 2;
    pocket.phone.sync_once().await.unwrap();
    pocket.note(id(1), "b");
    office.is(Mood::Honest);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.phone.job(id(1)).unwrap().order.version, 2);
    assert_eq!(pocket.notes(id(1)), ["a", "b"]);
    let bases: Vec<u32> = office.office().changes.iter().map(|c| c.base).collect();
    assert_eq!(bases, [1, 1]);
}

#[tokio::test]
async fn the_changes_of_a_phone_are_a_chain_without_gaps() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    for n in 0..5 {
        pocket.note(id(1), &n.to_string());
        if n % 2 == 0 {
            pocket.phone.sync_once().await.unwrap();
        }
    }
    let pocket = pocket.reopen();
    pocket.note(id(1), "last");
    pocket.phone.sync_once().await.unwrap();
    let office = office.office();
    assert_eq!(office.changes.iter().map(|c| c.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    for pair in office.changes.windows(2) {
        let body = serde_json::to_string(&pair[0]).unwrap();
        assert_eq!(pair[1].previous.as_ref(), Some(&jobsheet_model::Digest::of(body.as_bytes())));
    }
    assert_eq!(office.changes[0].previous, None);
    assert_eq!(office.changes[0].template, "blank/1");
}

#[tokio::test]
async fn a_thousand_and_one_changes_go_in_three_requests() {
    let office = Stub::open((1..=40).map(offered)).await;
    let pocket = Pocket::at(&office).await;
    for n in 0..1001 {
        pocket.note(id(1 + n % 40), &n.to_string());
    }
    let before = office.office().asked.len();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), office.office().asked.len() - before), (0, 3));
    for n in 1..=40 {
        assert_eq!(pocket.phone.job(id(n)).unwrap().sheet, office.sheet(id(n)));
    }
}

#[tokio::test]
async fn i9_reference_data_that_is_not_the_offices_is_not_kept() {
    for (mood, code) in [
        (Mood::Portal, "not_an_office"),
        (Mood::BadGateway, "not_an_office"),
        (Mood::NoHeader, "not_an_office"),
        (Mood::Other, "not_an_office"),
        (Mood::Truncated, "office_unreachable"),
    ] {
        let office = Stub::open([offered(1)]).await;
        let pocket = Pocket::at(&office).await;
        let parts = [part("6205", "Bearing", "轴承", "zc")];
        office.office().reference.insert("parts".into(), serde_json::to_vec(&parts).unwrap());
        office.office().elsewhere = mood;
        assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, code, "{mood:?}");
        assert_eq!(pocket.phone.search_parts("6205", false, 0, 5).unwrap().total, 0, "{mood:?}");
        office.office().elsewhere = Mood::Honest;
        pocket.phone.sync_once().await.unwrap();
        assert_eq!(pocket.phone.search_parts("6205", false, 0, 5).unwrap().total, 1, "{mood:?}");
    }
}

#[tokio::test]
async fn p23_a_fast_clock_is_known_and_taken_back() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::fresh();
    office.office().time =
        Some(NOON.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - TimeDelta::minutes(12));
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.phone.today().unwrap().sync.clock_off, 720);
    pocket.note(id(1), "a");
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!(job.sheet.notes[0].at.to_rfc3339(), "2026-11-22T03:48:00+00:00");
    assert_eq!(job.now.to_rfc3339(), "2026-11-22T03:48:00+00:00");
    pocket.clock.reboot();
    assert_eq!(pocket.phone.today().unwrap().sync.clock_off, 0, "unknown since the phone was started again");
}

#[tokio::test]
async fn p23_an_unexpected_time_zone_is_told_of_and_reorders_nothing() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let zone = || pocket.phone.today().unwrap().sync.zone;
    let told = |offset, expected, by_office| Some(OtherZone { offset, expected, by_office });
    pocket.note(id(1), "at home");
    assert_eq!(zone(), None);
    // It changes in the basement: the last record knows better. Then that one is in the new zone too.
    pocket.clock.set_offset(540);
    assert_eq!(zone(), told(540, 480, false));
    pocket.note(id(1), "after the flight");
    assert_eq!(zone(), None);
    // The office knows where it is.
    office.office().zone = Some(480);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(zone(), told(540, 480, true));
    pocket.note(id(1), "told");
    assert_eq!(zone(), told(540, 480, true), "until it is set right");
    pocket.clock.set_offset(480);
    assert_eq!(zone(), None);
    pocket.phone.sync_once().await.unwrap();
    pocket.clock.set_offset(-300);
    assert_eq!(zone(), told(-300, 480, true));
    pocket.note(id(1), "far away");
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(zone(), told(-300, 480, true));
    let notes = pocket.phone.job(id(1)).unwrap().sheet.notes;
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["at home", "after the flight", "told", "far away"]);
    assert!(notes.windows(2).all(|two| two[0].at <= two[1].at), "instants, whatever the zone");
    assert_eq!(office.sheet(id(1)).notes, notes);
}

fn part(number: &str, en: &str, zh: &str, initials: &str) -> Part {
    serde_json::from_value(json!({"number":number,"name":{"en":en,"zh":zh},"initials":initials,
        "unit":{"en":"each","zh":"个"},"price":null}))
    .unwrap()
}

#[tokio::test]
async fn parts_are_found_by_number_name_and_initials_without_a_network() {
    let office = Stub::open([offered(1)]).await;
    let mut parts: Vec<Part> =
        (0..10_000).map(|n| part(&format!("X-{n:05}"), "Screw", "螺丝", "ls")).collect();
    parts.push(part("SKF-6205-2RS", "Deep groove bearing", "深沟球轴承", "sgqzc"));
    parts.push(part("PSU-24", "Power supply 24 V", "开关电源", "kgdy"));
    {
        let mut office = office.office();
        office.reference.insert("parts".into(), serde_json::to_vec(&parts).unwrap());
        let van = [VanStock { number: "PSU-24".into(), quantity: 3 }];
        office.reference.insert("van".into(), serde_json::to_vec(&van).unwrap());
        office.reference.insert("robots".into(), b"[{\"legs\":4}]".to_vec());
        let faults = json!([{"code":"E42","name":{"en":"Low pressure","zh":"低压"},"cause":{"en":"Leak","zh":"泄漏"},
            "remedy":{"en":"Seal it","zh":"密封"}}]);
        office.reference.insert("faults".into(), serde_json::to_vec(&faults).unwrap());
    }
    let pocket = Pocket::at(&office).await;
    let fetched = office.office().asked.iter().filter(|a| a.contains("/v1/reference/")).count();
    assert_eq!(fetched, 3, "what only a newer version knows is not fetched");
    let found = |query: &str| {
        let found = pocket.phone.search_parts(query, false, 0, 10).unwrap();
        (found.total, found.items.first().map(|i| i.part.number.clone()).unwrap_or_default())
    };
    for (query, total, first) in [
        ("电源", 1, "PSU-24"),
        ("bear", 1, "SKF-6205-2RS"),
        ("skf6205", 1, "SKF-6205-2RS"),
        ("6205", 1, "SKF-6205-2RS"),
        ("sgq", 1, "SKF-6205-2RS"),
        ("zc", 1, "SKF-6205-2RS"),
        ("深沟轴承", 0, ""),
        ("轴承 deep", 1, "SKF-6205-2RS"),
        ("x-00042", 1, "X-00042"),
        ("screw", 10_000, "X-00000"),
        ("", 10_002, "PSU-24"),
        ("nothing", 0, ""),
    ] {
        assert_eq!(found(query), (total, first.to_owned()), "{query}");
    }
    let page = pocket.phone.search_parts("screw", false, 20, 5).unwrap();
    assert_eq!(
        page.items.iter().map(|i| i.part.number.as_str()).collect::<Vec<_>>()[..2],
        ["X-00020", "X-00021"]
    );

    let on_van = || pocket.phone.search_parts("", true, 0, 10).unwrap().items.first().map(|i| i.on_van);
    assert_eq!(on_van(), Some(3));
    let what = json!({"what":"part_fitted","line":uuid::Uuid::from_u128(5),"part":{"number":"PSU-24",
        "name":{"en":"","zh":""},"price":null},"quantity":2,"serial_in":null,"serial_out":null,"from":"van","old_part":"none"});
    let job = pocket.phone.record(id(1), serde_json::from_value(what.clone()).unwrap()).unwrap();
    assert_eq!(on_van(), Some(1));
    // P12: beside each line stands what the van was known to carry without it; more is fitted all the same.
    assert_eq!((job.sheet.parts[0].on_van, job.sheet.parts[0].beyond_van()), (Some(3), None));
    let mut more = what.clone();
    more["line"] = json!(uuid::Uuid::from_u128(6));
    let job = pocket.phone.record(id(1), serde_json::from_value(more).unwrap()).unwrap();
    assert_eq!(job.sheet.parts[1].beyond_van(), Some(1));
    let mut unknown = what.clone();
    unknown["line"] = json!(uuid::Uuid::from_u128(7));
    unknown["part"]["number"] = json!("X-00001");
    let job = pocket.phone.record(id(1), serde_json::from_value(unknown).unwrap()).unwrap();
    assert_eq!(job.sheet.parts[2].beyond_van(), Some(0), "of which the van carries none");
    let remove = json!({"what":"part_line_removed","line":uuid::Uuid::from_u128(6)});
    pocket.phone.record(id(1), serde_json::from_value(remove).unwrap()).unwrap();
    assert_eq!(on_van(), Some(1));
    for query in ["E42", "leak", "低压", "seal it", ""] {
        assert_eq!(pocket.phone.search_faults(query).unwrap().items.len(), 1, "{query}");
    }
    assert!(pocket.phone.search_faults("fire").unwrap().items.is_empty());

    let asked = office.office().asked.len();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(office.office().asked.len() - asked, 1, "nothing is fetched twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_sends_what_is_recorded_by_itself() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::fresh();
    pocket.phone.start();
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    let until = async |what: &str, is: &dyn Fn() -> bool| {
        for _ in 0..200 {
            if is() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{what}");
    };
    until("the first pull", &|| pocket.phone.today().unwrap().jobs.len() == 1).await;
    office.is(Mood::Failing);
    pocket.note(id(1), "a");
    until("trouble", &|| pocket.phone.today().unwrap().sync.link == Link::Trouble).await;
    office.is(Mood::Honest);
    pocket.phone.sync_now();
    until("received", &|| pocket.waiting() == 0).await;
    until("online", &|| pocket.phone.today().unwrap().sync.link == Link::Online).await;
    assert!(pocket.phone.today().unwrap().sync.next_try.is_some());
}

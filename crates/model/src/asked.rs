//! Which questions of a checklist are asked: safety first, and a question with a condition only where the answers
//! before it say so (D10).
//!
//! What is not asked is never required. An answer that was given while it was still asked is kept, and counts for
//! nothing: not in the document, not for other conditions. Because only answers that stand before it decide, and only
//! of questions that are asked themselves, no checklist can run in circles.

use crate::{
    Sheet, StepKey,
    step::{Answer, KnownAnswer, KnownStepKind, Step, StepKind, Template, Verdict},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// What an earlier answer must be. Without that answer, or where its step does not apply, it does not hold.
///
/// A check is called by its result (`pass`, `fail`, `not_applicable`), a choice by its option, words to say by `yes`
/// and `no`; text and serial numbers by what they are. Readings are compared as numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "test", rename_all = "snake_case")]
pub enum KnownCondition {
    Is {
        step: StepKey,
        value: String,
    },
    OneOf {
        step: StepKey,
        values: Vec<String>,
    },
    IsNot {
        step: StepKey,
        value: String,
    },
    /// More than `limit`, not `limit` itself.
    Above {
        step: StepKey,
        #[ts(type = "string")]
        limit: Decimal,
    },
    Below {
        step: StepKey,
        #[ts(type = "string")]
        limit: Decimal,
    },
}

/// A condition, or one that this version does not know: its question waits for a newer version (P25).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Condition {
    Known(KnownCondition),
    Unknown(#[ts(type = "{ test: string }")] Value),
}

crate::forward::keeps_unknown!(Condition, KnownCondition);

impl KnownCondition {
    /// The question whose answer decides.
    pub fn step(&self) -> &StepKey {
        use KnownCondition::*;
        match self {
            Is { step, .. } | OneOf { step, .. } | IsNot { step, .. } => step,
            Above { step, .. } | Below { step, .. } => step,
        }
    }

    fn holds(&self, answer: &Answer) -> bool {
        use KnownCondition::*;
        let Some(given) = word(answer) else { return false };
        let reading = match answer {
            Answer::Known(KnownAnswer::Number { value }) => Some(*value),
            _ => None,
        };
        let is = |value: &String| match (reading, value.parse::<Decimal>()) {
            (Some(reading), Ok(value)) => reading == value,
            _ => *value == given,
        };
        match self {
            Is { value, .. } => is(value),
            OneOf { values, .. } => values.iter().any(is),
            IsNot { value, .. } => !is(value),
            Above { limit, .. } => reading.is_some_and(|reading| reading > *limit),
            Below { limit, .. } => reading.is_some_and(|reading| reading < *limit),
        }
    }
}

/// What a condition can be about; `None` where there is nothing to compare.
fn word(answer: &Answer) -> Option<String> {
    let Answer::Known(answer) = answer else { return None };
    Some(match answer {
        KnownAnswer::Check { result: Verdict::Pass } => "pass".into(),
        KnownAnswer::Check { result: Verdict::Fail } => "fail".into(),
        KnownAnswer::Check { result: Verdict::NotApplicable } => "not_applicable".into(),
        KnownAnswer::Choice { value } => value.clone(),
        KnownAnswer::Text { text } => text.trim().to_owned(),
        KnownAnswer::Serial { code, .. } => code.trim().to_owned(),
        KnownAnswer::Script { said } => if *said { "yes" } else { "no" }.into(),
        KnownAnswer::Number { value } => value.normalize().to_string(),
        KnownAnswer::Check { result: Verdict::Noted }
        | KnownAnswer::Photo { .. }
        | KnownAnswer::Pairs { .. }
        | KnownAnswer::Skipped {} => return None,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Yes,
    /// A condition does not hold.
    No,
    /// Its kind or a condition needs a newer version of the app.
    TooNew,
}

/// A question in its place, and whether it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskedStep {
    pub step: StepKey,
    pub asked: Asked,
}

/// Every question in the order in which they are asked.
pub fn asked<'a>(template: &'a Template, sheet: &Sheet) -> Vec<(&'a Step, Asked)> {
    let mut before: BTreeMap<&StepKey, &Answer> = BTreeMap::new();
    let mut all = Vec::with_capacity(template.steps.len());
    for step in template.in_order() {
        let holds = |condition: &Condition| match condition {
            Condition::Known(known) => before.get(known.step()).is_some_and(|answer| known.holds(answer)),
            Condition::Unknown(_) => true,
        };
        let asked = if !step.when.iter().all(holds) {
            Asked::No
        } else if matches!(step.kind, StepKind::Unknown(_))
            || step.when.iter().any(|condition| matches!(condition, Condition::Unknown(_)))
        {
            Asked::TooNew
        } else {
            Asked::Yes
        };
        if asked == Asked::Yes
            && let Some(answered) = sheet.answers.get(&step.key)
        {
            before.insert(&step.key, &answered.answer);
        }
        all.push((step, asked));
    }
    all
}

/// Questions whose answers count for nothing now.
pub fn hidden(template: &Template, sheet: &Sheet) -> BTreeSet<StepKey> {
    let all = asked(template, sheet).into_iter();
    all.filter(|(_, asked)| *asked == Asked::No).map(|(step, _)| step.key.clone()).collect()
}

/// Why a checklist would not ask what its author means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("{0}: two questions have this key")]
    Twice(StepKey),
    #[error("{0}: its condition is about {1}, which is not asked before it")]
    NotBefore(StepKey, StepKey),
    #[error("{0}: its condition is about {1}, which is never answered so")]
    Never(StepKey, StepKey),
}

impl Template {
    /// Safety first, each kind in the order of the checklist.
    pub fn in_order(&self) -> impl Iterator<Item = &Step> {
        let of = |safety: bool| self.steps.iter().filter(move |step| step.safety == safety);
        of(true).chain(of(false))
    }

    /// What is wrong with the questions and their conditions.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut before: BTreeMap<&StepKey, &StepKind> = BTreeMap::new();
        for step in self.in_order() {
            for condition in &step.when {
                let Condition::Known(known) = condition else { continue };
                match before.get(known.step()) {
                    None => flaws.push(Flaw::NotBefore(step.key.clone(), known.step().clone())),
                    Some(kind) if !can_be(kind, known) => {
                        flaws.push(Flaw::Never(step.key.clone(), known.step().clone()));
                    }
                    Some(_) => {}
                }
            }
            if before.insert(&step.key, &step.kind).is_some() {
                flaws.push(Flaw::Twice(step.key.clone()));
            }
        }
        flaws
    }
}

/// Can a question of this kind be answered so?
fn can_be(kind: &StepKind, condition: &KnownCondition) -> bool {
    use KnownCondition::*;
    let StepKind::Known(kind) = kind else { return true };
    let values: Vec<&String> = match condition {
        Is { value, .. } | IsNot { value, .. } => vec![value],
        OneOf { values, .. } => values.iter().collect(),
        Above { .. } | Below { .. } => return matches!(kind, KnownStepKind::Number { .. }),
    };
    let among = |words: &[&str]| values.iter().all(|value| words.contains(&value.as_str()));
    !values.is_empty()
        && match kind {
            KnownStepKind::Check {} => among(&["pass", "fail", "not_applicable"]),
            KnownStepKind::Script { .. } => among(&["yes", "no"]),
            KnownStepKind::Choice { options } => {
                values.iter().all(|value| options.iter().any(|option| option.value == **value))
            }
            KnownStepKind::Number { .. } => values.iter().all(|value| value.parse::<Decimal>().is_ok()),
            KnownStepKind::Text {} | KnownStepKind::Serial { .. } => true,
            KnownStepKind::Photo { .. } | KnownStepKind::Pairs { .. } => false,
        }
}

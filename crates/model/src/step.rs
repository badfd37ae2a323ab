//! What is asked on site, what is answered, and how the answer is judged (D10).
//!
//! Add a step kind here: a [`StepKind`] variant, an [`Answer`] variant, an arm in [`judge`] and a row in
//! the table test below. The compiler names the missing arm; `vue-tsc` names the missing screen
//! (`ui/src/steps/`).

use crate::{Digest, StepKey, Text, asked::Condition};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A versioned checklist. A published version never changes (P25).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Template {
    pub id: String,
    pub version: u32,
    pub name: Text,
    pub steps: Vec<Step>,
}

impl Template {
    pub fn step(&self, key: &StepKey) -> Option<&Step> {
        self.steps.iter().find(|s| &s.key == key)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    pub key: StepKey,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hint: Option<Text>,
    /// Must be answered before the customer's review.
    pub required: bool,
    /// A safety step: shown first, marked.
    #[serde(default)]
    pub safety: bool,
    /// A failed answer asks for a photo and a note.
    #[serde(default)]
    pub photo_on_fail: bool,
    /// Asked only where all of these hold (`crate::asked`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Condition>>")]
    pub when: Vec<Condition>,
    pub kind: StepKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KnownStepKind {
    /// Pass, fail or not applicable.
    Check {},
    /// A reading with a unit and optional limits, both inclusive.
    Number {
        unit: String,
        #[ts(type = "string | null")]
        min: Option<Decimal>,
        #[ts(type = "string | null")]
        max: Option<Decimal>,
    },
    /// One of several; an option may mean a failure.
    Choice {
        options: Vec<ChoiceOption>,
    },
    Text {},
    /// At least `at_least` photos.
    Photo {
        at_least: u32,
    },
    /// A serial number, scanned or typed; compared with `expected` where the office knows it (D9, A21).
    Serial {
        expected: Option<String>,
    },
    /// Measured pairs, before and after: torque, clearance. `tolerance` is what "after" may differ from `target`.
    Pairs {
        unit: String,
        labels: Vec<Text>,
        #[ts(type = "string | null")]
        target: Option<Decimal>,
        #[ts(type = "string | null")]
        tolerance: Option<Decimal>,
    },
    /// Words to say to the customer (A24); confirmed as said.
    Script {
        text: Text,
    },
}

/// A step kind, or one that this version does not know: kept whole, shown as "needs a newer version" (P25).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum StepKind {
    Known(KnownStepKind),
    Unknown(#[ts(type = "{ kind: string }")] Value),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoiceOption {
    pub value: String,
    pub label: Text,
    #[serde(default)]
    pub fails: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KnownAnswer {
    Check {
        result: Verdict,
    },
    Number {
        /// Decimal, as typed: `7.1`.
        #[ts(type = "string")]
        value: Decimal,
    },
    Choice {
        value: String,
    },
    Text {
        text: String,
    },
    Photo {
        photos: Vec<Digest>,
    },
    Serial {
        code: String,
        scanned: bool,
    },
    Pairs {
        pairs: Vec<Pair>,
    },
    Script {
        said: bool,
    },
    /// The step does not apply here, whatever its kind.
    Skipped {},
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Answer {
    Known(KnownAnswer),
    Unknown(#[ts(type = "{ kind: string }")] Value),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pair {
    #[ts(type = "string | null")]
    pub before: Option<Decimal>,
    #[ts(type = "string | null")]
    pub after: Option<Decimal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
    NotApplicable,
    /// Answered, nothing to judge, or not judged by this version.
    Noted,
}

crate::forward::keeps_unknown!(StepKind, KnownStepKind);
crate::forward::keeps_unknown!(Answer, KnownAnswer);

/// The answer is not one to this step: a mistake of the caller, not of the machine being served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    #[error("the answer is of another kind than the step")]
    Kind,
    #[error("the option is not one of the step's")]
    Option,
    #[error("the answer is empty")]
    Empty,
}

/// Judges an answer. Out of limits is [`Verdict::Fail`], never an error: what the field said is kept.
pub fn judge(kind: &StepKind, answer: &Answer) -> Result<Verdict, Mismatch> {
    let (kind, answer) = match (kind, answer) {
        (StepKind::Known(kind), Answer::Known(answer)) => (kind, answer),
        // A kind that only a newer version knows is noted as it is.
        _ => return Ok(Verdict::Noted),
    };
    if let KnownAnswer::Skipped {} = answer {
        return Ok(Verdict::NotApplicable);
    }
    let pass_if = |ok: bool| if ok { Verdict::Pass } else { Verdict::Fail };
    match kind {
        KnownStepKind::Check {} => match answer {
            KnownAnswer::Check { result } => Ok(*result),
            _ => Err(Mismatch::Kind),
        },
        KnownStepKind::Number { unit: _, min, max } => match answer {
            KnownAnswer::Number { value } => {
                Ok(pass_if(min.is_none_or(|min| *value >= min) && max.is_none_or(|max| *value <= max)))
            }
            _ => Err(Mismatch::Kind),
        },
        KnownStepKind::Choice { options } => match answer {
            KnownAnswer::Choice { value } => {
                let chosen = options.iter().find(|o| &o.value == value).ok_or(Mismatch::Option)?;
                Ok(pass_if(!chosen.fails))
            }
            _ => Err(Mismatch::Kind),
        },
        KnownStepKind::Text {} => match answer {
            KnownAnswer::Text { text } if text.trim().is_empty() => Err(Mismatch::Empty),
            KnownAnswer::Text { .. } => Ok(Verdict::Noted),
            _ => Err(Mismatch::Kind),
        },
        KnownStepKind::Photo { at_least } => match answer {
            KnownAnswer::Photo { photos } => Ok(pass_if(photos.len() >= *at_least as usize)),
            _ => Err(Mismatch::Kind),
        },
        KnownStepKind::Serial { expected } => match answer {
            KnownAnswer::Serial { code, .. } if code.trim().is_empty() => Err(Mismatch::Empty),
            KnownAnswer::Serial { code, .. } => Ok(match expected {
                Some(expected) => pass_if(same_serial(expected, code)),
                None => Verdict::Noted,
            }),
            _ => Err(Mismatch::Kind),
        },
        KnownStepKind::Pairs { labels, target, tolerance, .. } => match answer {
            KnownAnswer::Pairs { pairs } if pairs.len() != labels.len() => Err(Mismatch::Empty),
            KnownAnswer::Pairs { pairs } => Ok(match target {
                Some(target) => pass_if(pairs.iter().all(|pair| {
                    pair.after.is_some_and(|after| (after - target).abs() <= tolerance.unwrap_or_default())
                })),
                None => pass_if(pairs.iter().all(|pair| pair.after.is_some())),
            }),
            _ => Err(Mismatch::Kind),
        },
        KnownStepKind::Script { .. } => match answer {
            KnownAnswer::Script { said } => Ok(pass_if(*said)),
            _ => Err(Mismatch::Kind),
        },
    }
}

/// Serials are compared as people read them: case and blanks don't matter.
pub fn same_serial(a: &str, b: &str) -> bool {
    let plain = |s: &str| s.split_whitespace().collect::<String>().to_uppercase();
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(value: Value) -> StepKind {
        serde_json::from_value(value).unwrap()
    }
    fn answer(value: Value) -> Answer {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_kind_judges_its_answers() {
        use Verdict::*;
        let number = json!({"kind":"number","unit":"°C","min":"2","max":"12"});
        let choice = json!({"kind":"choice","options":[
            {"value":"dry","label":{"en":"Dry","zh":"干燥"}},
            {"value":"leak","label":{"en":"Leaking","zh":"渗漏"},"fails":true}]});
        let pairs = json!({"kind":"pairs","unit":"N·m","labels":[{"en":"Bolt 1","zh":"螺栓1"},{"en":"Bolt 2","zh":"螺栓2"}],
            "target":"25","tolerance":"2"});
        let serial = json!({"kind":"serial","expected":"SN8842"});
        let photo = Digest::of(b"p");
        #[rustfmt::skip]
        let rows = [
            (json!({"kind":"check"}), json!({"kind":"check","result":"fail"}), Ok(Fail)),
            (json!({"kind":"check"}), json!({"kind":"check","result":"not_applicable"}), Ok(NotApplicable)),
            (json!({"kind":"check"}), json!({"kind":"number","value":"1"}), Err(Mismatch::Kind)),
            (number.clone(), json!({"kind":"number","value":"7.1"}), Ok(Pass)),
            (number.clone(), json!({"kind":"number","value":"2"}), Ok(Pass)),
            (number.clone(), json!({"kind":"number","value":"12.01"}), Ok(Fail)),
            (number.clone(), json!({"kind":"skipped"}), Ok(NotApplicable)),
            (choice.clone(), json!({"kind":"choice","value":"dry"}), Ok(Pass)),
            (choice.clone(), json!({"kind":"choice","value":"leak"}), Ok(Fail)),
            (choice, json!({"kind":"choice","value":"wet"}), Err(Mismatch::Option)),
            (json!({"kind":"text"}), json!({"kind":"text","text":"ok"}), Ok(Noted)),
            (json!({"kind":"text"}), json!({"kind":"text","text":"  "}), Err(Mismatch::Empty)),
            (json!({"kind":"photo","at_least":1}), json!({"kind":"photo","photos":[photo]}), Ok(Pass)),
            (json!({"kind":"photo","at_least":1}), json!({"kind":"photo","photos":[]}), Ok(Fail)),
            (serial.clone(), json!({"kind":"serial","code":"sn 8842","scanned":false}), Ok(Pass)),
            (serial, json!({"kind":"serial","code":"SN8843","scanned":true}), Ok(Fail)),
            (json!({"kind":"serial","expected":null}), json!({"kind":"serial","code":"X1","scanned":true}), Ok(Noted)),
            (pairs.clone(), json!({"kind":"pairs","pairs":[{"before":"18","after":"25.5"},{"before":null,"after":"23"}]}), Ok(Pass)),
            (pairs.clone(), json!({"kind":"pairs","pairs":[{"before":"18","after":"25"},{"before":"20","after":null}]}), Ok(Fail)),
            (pairs, json!({"kind":"pairs","pairs":[]}), Err(Mismatch::Empty)),
            (json!({"kind":"script","text":{"en":"Hello","zh":"您好"}}), json!({"kind":"script","said":true}), Ok(Pass)),
            (json!({"kind":"hologram","depth":3}), json!({"kind":"check","result":"pass"}), Ok(Noted)),
        ];
        for (k, a, verdict) in rows {
            assert_eq!(judge(&kind(k.clone()), &answer(a.clone())), verdict, "{k} {a}");
        }
    }

    #[test]
    fn p25_a_kind_from_the_future_survives_a_round_trip() {
        let future = json!({"kind":"hologram","depth":3,"of":{"x":[1,2]}});
        assert_eq!(serde_json::to_value(kind(future.clone())).unwrap(), future);
        assert_eq!(serde_json::to_value(answer(future.clone())).unwrap(), future);
    }
}

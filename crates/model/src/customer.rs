//! The customer file (客户档案): who is served where, under which cover, and where the customer stands with the firm.

use crate::{
    charges::{Cover, cover_of},
    work_order::{Contract, Customer, Equipment, Site},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a customer stands in the cycle 签, 验, 保, 售 (E1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[ts(rename = "CustomerPhase")]
#[cfg_attr(feature = "openapi", schema(as = CustomerPhase))]
pub enum Phase {
    /// A contract is being signed, renewed or extended.
    Signing,
    /// What was delivered is being accepted, with its documents.
    Acceptance,
    /// Under warranty or a service contract.
    Maintained,
    /// Neither: followed up, until there is a new contract.
    #[default]
    FollowedUp,
}

/// All that the register has of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerFile {
    pub customer: Customer,
    pub phase: Phase,
    pub sites: Vec<Site>,
    pub equipment: Vec<Owned>,
    pub contracts: Vec<Contract>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[ts(rename = "OwnedEquipment")]
#[cfg_attr(feature = "openapi", schema(as = OwnedEquipment))]
pub struct Owned {
    /// Id of its site; empty when nobody said.
    pub site: String,
    /// Key of its kind; empty for none.
    pub kind: String,
    pub equipment: Equipment,
}

/// What speaks for or against a charge, before anybody goes there (E3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerStanding {
    /// Nothing for a customer who is new.
    pub phase: Option<Phase>,
    #[ts(type = "string | null")]
    pub warranty_until: Option<NaiveDate>,
    /// The one that runs longest; it may have ended.
    pub contract: Option<Contract>,
    pub in_force: bool,
    /// Of the work; parts and the way may be covered otherwise.
    pub cover: Cover,
}

impl CustomerFile {
    /// The contract in force on `day`, else the one that ended last.
    pub fn contract(&self) -> Option<&Contract> {
        self.contracts.iter().max_by_key(|contract| contract.until)
    }

    pub fn owned(&self, id: &str) -> Option<&Owned> {
        self.equipment.iter().find(|owned| owned.equipment.id == id)
    }
}

/// How a customer and a machine stand on `day`; both may be unknown.
pub fn standing(file: Option<&CustomerFile>, equipment: &str, day: NaiveDate) -> CustomerStanding {
    let contract = file.and_then(CustomerFile::contract);
    let warranty_until =
        file.and_then(|file| file.owned(equipment)).and_then(|owned| owned.equipment.warranty_until);
    CustomerStanding {
        phase: file.map(|file| file.phase),
        warranty_until,
        contract: contract.cloned(),
        in_force: contract.is_some_and(|contract| day <= contract.until),
        cover: cover_of(warranty_until, contract, day, |contract| contract.covers_labour),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn e3_warranty_comes_before_contract_and_what_has_ended_covers_nothing() {
        let contract = |number: &str, until: &str| Contract {
            number: number.into(),
            until: day(until),
            covers_labour: true,
            covers_parts: false,
            covers_call_out: false,
        };
        let equipment = Equipment {
            id: "E1".into(),
            name: Text::new("UPS", "UPS"),
            model: String::new(),
            serial: String::new(),
            purchased: None,
            warranty_until: Some(day("2026-06-30")),
        };
        let customer = Customer {
            id: "C1".into(),
            name: "医院".into(),
            contact: String::new(),
            phone: String::new(),
            second_phone: String::new(),
        };
        let file = CustomerFile {
            customer,
            phase: Phase::Maintained,
            sites: Vec::new(),
            equipment: vec![Owned { site: String::new(), kind: "ups".into(), equipment }],
            contracts: vec![contract("HT-1", "2025-12-31"), contract("HT-2", "2026-12-31")],
        };
        let on = |text| standing(Some(&file), "E1", day(text));
        assert_eq!(on("2026-06-30").cover, Cover::Warranty { until: day("2026-06-30") });
        assert_eq!(on("2026-07-01").cover, Cover::Contract { number: "HT-2".into() });
        let ended = on("2027-01-01");
        assert_eq!(ended.cover, Cover::Customer { warranty_ended: Some(day("2026-06-30")) });
        assert_eq!((ended.in_force, ended.contract.unwrap().number), (false, "HT-2".into()));
        let stranger = standing(None, "", day("2026-07-01"));
        assert_eq!((stranger.phase, stranger.cover), (None, Cover::Customer { warranty_ended: None }));
    }
}

//! The customer file (客户档案): who is served where, under which cover, and where the customer stands with the firm.

use crate::{
    charges::{Cover, cover_of},
    standard::Finding,
    text::tidy,
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

/// Longest text of one field, and most entries of one kind.
const MAX_TEXT: usize = 200;
const MAX_ENTRIES: usize = 500;

impl CustomerFile {
    /// Without what surrounds the words.
    pub fn tidied(mut self) -> Self {
        let each = |text: &mut String| *text = tidy(text);
        self.texts().into_iter().for_each(|(_, text)| each(text));
        self
    }

    /// Everything that is typed, with its path.
    fn texts(&mut self) -> Vec<(String, &mut String)> {
        let Customer { id: _, name, contact, phone, second_phone } = &mut self.customer;
        let mut all: Vec<(String, &mut String)> = vec![
            ("customer.name".into(), name),
            ("customer.contact".into(), contact),
            ("customer.phone".into(), phone),
            ("customer.second_phone".into(), second_phone),
        ];
        for (i, Site { name, address, landmark, .. }) in self.sites.iter_mut().enumerate() {
            for (field, text) in [("name", name), ("address", address), ("landmark", landmark)] {
                all.push((format!("sites[{i}].{field}"), text));
            }
        }
        for (i, owned) in self.equipment.iter_mut().enumerate() {
            let Equipment { name, model, serial, .. } = &mut owned.equipment;
            for (field, text) in
                [("name.en", &mut name.en), ("name.zh", &mut name.zh), ("model", model), ("serial", serial)]
            {
                all.push((format!("equipment[{i}].{field}"), text));
            }
        }
        for (i, contract) in self.contracts.iter_mut().enumerate() {
            all.push((format!("contracts[{i}].number"), &mut contract.number));
        }
        all
    }

    /// What cannot be kept so, by its path.
    pub fn check(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let empty = |path: String| Finding::error(path, "Please fill this in.", "请填写此项。");
        if self.customer.name.is_empty() {
            found.push(empty("customer.name".into()));
        }
        for (path, text) in self.clone().texts() {
            if text.chars().count() > MAX_TEXT {
                found.push(Finding::error(path, "This is too long.", "内容过长。"));
            }
        }
        for (i, site) in self.sites.iter().enumerate() {
            if site.address.is_empty() {
                found.push(empty(format!("sites[{i}].address")));
            }
        }
        for (i, owned) in self.equipment.iter().enumerate() {
            if owned.equipment.name.en.is_empty() && owned.equipment.name.zh.is_empty() {
                found.push(empty(format!("equipment[{i}].name.en")));
            }
            let Equipment { purchased, warranty_until, .. } = &owned.equipment;
            if purchased.zip(*warranty_until).is_some_and(|(purchased, until)| until < purchased) {
                found.push(Finding::error(
                    format!("equipment[{i}].warranty_until"),
                    "The warranty ends before it was bought.",
                    "保修截止日早于购买日。",
                ));
            }
        }
        for (i, contract) in self.contracts.iter().enumerate() {
            if contract.number.is_empty() {
                found.push(empty(format!("contracts[{i}].number")));
            }
            if self.contracts[..i].iter().any(|one| one.number == contract.number) {
                found.push(Finding::error(
                    format!("contracts[{i}].number"),
                    "This contract stands here twice.",
                    "该合同重复。",
                ));
            }
        }
        if self.sites.len().max(self.equipment.len()).max(self.contracts.len()) > MAX_ENTRIES {
            found.push(Finding::error("", "These are too many entries.", "条目过多。"));
        }
        found
    }

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
    use serde_json::{Value, json};

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
            confidential: false,
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

    #[test]
    fn e2_a_customer_file_says_by_its_path_what_cannot_be_kept() {
        let good = json!({
            "customer": {"id": "C1", "name": " 东郊冷库 ", "contact": "", "phone": "", "second_phone": ""},
            "phase": "maintained",
            "sites": [{"id": "S1", "name": "", "address": "二仙桥北路 8 号", "landmark": "", "position": null, "radius_m": 150}],
            "equipment": [{"site": "S1", "kind": "chiller", "equipment": {
                "id": "E1", "name": {"en": "Chiller", "zh": "冷水机组"}, "model": "", "serial": "",
                "purchased": "2025-03-01", "warranty_until": "2026-02-28"}}],
            "contracts": [{"number": "HT-1", "until": "2026-12-31", "covers_labour": true, "covers_parts": false,
                "covers_call_out": false}],
        });
        let with = |path: &str, value: Value| {
            let mut changed = good.clone();
            *changed.pointer_mut(path).unwrap() = value;
            let file = serde_json::from_value::<CustomerFile>(changed).unwrap().tidied();
            file.check().into_iter().map(|one| one.path).collect::<Vec<_>>()
        };
        let file = serde_json::from_value::<CustomerFile>(good.clone()).unwrap().tidied();
        assert_eq!((file.customer.name.as_str(), file.check()), ("东郊冷库", Vec::new()));
        for (path, value, at) in [
            ("/customer/name", json!("  "), "customer.name"),
            ("/sites/0/address", json!(""), "sites[0].address"),
            ("/equipment/0/equipment/name", json!({"en": "", "zh": ""}), "equipment[0].name.en"),
            ("/equipment/0/equipment/warranty_until", json!("2024-01-01"), "equipment[0].warranty_until"),
            ("/equipment/0/equipment/serial", json!("9".repeat(201)), "equipment[0].serial"),
            ("/contracts/0/number", json!(""), "contracts[0].number"),
        ] {
            assert_eq!(with(path, value), [at]);
        }
    }
}

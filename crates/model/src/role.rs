//! What somebody of the office may do. Technicians are no part of it: what they may is what their phones are asked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Each may also do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Dispatcher,
    Supervisor,
    Admin,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Dispatcher, Role::Supervisor, Role::Admin];

    pub fn word(self) -> &'static str {
        match self {
            Role::Dispatcher => "dispatcher",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
        }
    }

    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// May it go through a door that is for `least`?
    pub fn may(self, least: Role) -> bool {
        self >= least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_those_before_it_may() {
        use Role::{Admin, Dispatcher, Supervisor};
        for (role, may) in
            [(Dispatcher, [true, false, false]), (Supervisor, [true, true, false]), (Admin, [true; 3])]
        {
            assert_eq!(Role::ALL.map(|least| role.may(least)), may, "{role:?}");
            assert_eq!((Role::of(role.word()), serde_json::json!(role)), (Some(role), role.word().into()));
        }
        assert_eq!(Role::of("owner"), None);
    }
}

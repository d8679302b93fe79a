//! The closed sets of words in which the life cycle is written: they stand in the table, in event files
//! and in texts, always under the same name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes an enum whose variants have the names that files know them by.
macro_rules! terms {
    ($(#[$about:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// Every one, with its name, in the order in which people are shown them.
            pub const ALL: &'static [(&'static str, $name)] = &[$(($text, $name::$variant),)*];

            /// Returns the name under which files and texts know it.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// Finds the one with this name.
            pub fn from_name(name: &str) -> Option<$name> {
                Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, term)| *term)
            }
        }
    };
}

terms! {
    /// Where a case stands.
    Status {
        /// Received, and nobody has said yet that they take it up.
        Submitted = "submitted",
        /// Somebody told the reporter that they have read it.
        Acknowledged = "acknowledged",
        /// Somebody works on it.
        InProgress = "in_progress",
        /// Everything that closing needs is done.
        Closed = "closed",
        /// Closed once, and taken up again.
        Reopened = "reopened",
        /// Taken back by the reporter; the offer of care stays.
        Withdrawn = "withdrawn",
    }
}

terms! {
    /// The role in which somebody acts on a case.
    Role {
        /// Who sent the report.
        Reporter = "reporter",
        /// Whom it happened to, where somebody else reported.
        AffectedEmployee = "affected_employee",
        /// The manager whom the reporter chose.
        Manager = "manager",
        /// A colleague of the support team.
        SupportTeamMember = "support_team_member",
        /// Somebody outside the departments, chosen by whoever trusts nobody inside.
        IndependentPoint = "independent_point",
        /// Who helps to register.
        RegistrationCoach = "registration_coach",
        /// Who watches over all cases.
        Coordinator = "coordinator",
        /// Who recovers damage.
        DamageHandler = "damage_handler",
        /// Who decides about measures.
        Decider = "decider",
        /// Who is spoken to in confidence.
        ConfidentialAdviser = "confidential_adviser",
        /// Who leads the managers.
        SeniorManager = "senior_manager",
        /// Who watches over personal data.
        PrivacyOfficer = "privacy_officer",
        /// Whoever took the recovery key out of the safe.
        RecoveryHolder = "recovery_holder",
        /// The program itself, when time has run out.
        System = "system",
    }
}

impl Role {
    /// Returns whether this is one of the two people whose case it is.
    pub fn is_concerned(self) -> bool {
        matches!(self, Role::Reporter | Role::AffectedEmployee)
    }

    /// Returns whether this is a role that the organisation gives to people who handle reports.
    pub fn handles_reports(self) -> bool {
        !self.is_concerned() && !matches!(self, Role::RecoveryHolder | Role::System)
    }

    /// Returns whether a role can be given access to a report. Confidential advisers have talks of their
    /// own, and senior managers get figures.
    ///
    /// Source: the table of who may see what in the product's requirements.
    pub fn opens_reports(self) -> bool {
        let never = matches!(self, Role::ConfidentialAdviser | Role::SeniorManager);
        self.handles_reports() && !never
    }
}

terms! {
    /// How far one track of a case is.
    TrackState {
        /// Nothing has happened.
        NotStarted = "not_started",
        /// It runs.
        Open = "open",
        /// Everything is done.
        Done = "done",
        /// Somebody who may do so said no to it.
        Declined = "declined",
        /// There is nothing to do in this case.
        NotApplicable = "not_applicable",
    }
}

terms! {
    /// Whether own words come with an action.
    TextRule {
        /// None can be written.
        None = "none",
        /// They may be there.
        Optional = "optional",
        /// Without them the action is refused.
        Required = "required",
    }
}

terms! {
    /// Something that must come with an action, besides own words.
    Need {
        /// One file at least.
        Files = "files",
        /// The number under which another system knows it.
        Reference = "reference",
        /// What the citizen did, concretely.
        Behaviour = "behaviour",
        /// Whether the citizen was heard: a [`Hearing`].
        Hearing = "hearing",
        /// How the citizen was told, or will be.
        CitizenTold = "citizen_told",
        /// The last day of the measure.
        EndDate = "end_date",
        /// The day on which somebody looks whether the measure is still right.
        ReviewDate = "review_date",
    }
}

impl Need {
    /// What every measure needs, whatever the table says, so that it is fair to the citizen.
    ///
    /// Source: the design's answer to ombudsmen who saw citizens restricted without reasons, without
    /// hearing and without end.
    pub const MEASURE: [Need; 5] = [
        Need::Behaviour,
        Need::Hearing,
        Need::CitizenTold,
        Need::EndDate,
        Need::ReviewDate,
    ];
}

terms! {
    /// What was decided about hearing the citizen before a measure.
    Hearing {
        /// They told their side.
        Heard = "heard",
        /// It cannot be done; why must be said.
        Impossible = "impossible",
        /// They did not want to.
        Declined = "declined",
        /// The measure is urgent; they are heard right after.
        Follows = "follows",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_has_one_name_in_files_and_in_texts() {
        for (name, role) in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), *name);
            assert_eq!(Role::from_name(name), Some(*role));
        }
        for (name, status) in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), *name);
        }
        for (name, state) in TrackState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), *name);
        }
        assert_eq!(Status::from_name("Submitted"), None);
    }
}

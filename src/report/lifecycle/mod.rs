//! STUB
use std::collections::BTreeMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use crate::report::ids::Code;
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status { Submitted, Acknowledged, InProgress, Closed, Reopened, Withdrawn }
impl Status { pub fn name(self) -> &'static str { match self { Status::Submitted => "submitted", Status::Acknowledged => "acknowledged", Status::InProgress => "in_progress", Status::Closed => "closed", Status::Reopened => "reopened", Status::Withdrawn => "withdrawn" } } }
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role { Reporter, AffectedEmployee, Manager, SupportTeamMember, IndependentPoint, RegistrationCoach, Coordinator, DamageHandler, Decider, ConfidentialAdviser, SeniorManager, PrivacyOfficer, RecoveryHolder, System }
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackState { NotStarted, Open, Done, Declined, NotApplicable }
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress { pub status: Status, pub tracks: BTreeMap<Code, TrackState>, pub steps: BTreeMap<Code, Code>, pub due: BTreeMap<Code, Timestamp> }
pub struct Lifecycle {}
#[derive(Default)]
pub struct Given { pub text: bool }
pub struct Refused;
impl Lifecycle {
 pub fn begin(&self, _at: Timestamp) -> Progress { Progress { status: Status::Submitted, tracks: BTreeMap::new(), steps: BTreeMap::new(), due: BTreeMap::new() } }
 pub fn after(&self, p: &Progress, _a: &Code, _r: Role, _g: &Given, _at: Timestamp) -> Result<Progress, Refused> { Ok(p.clone()) }
}

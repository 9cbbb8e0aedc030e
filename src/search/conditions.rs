//! Whether a rule's conditions can hold, before anything is searched for in full.
//!
//! In: the conditions, the fields of the message, the effects of the cues that may stand in it. Out: no if the judges
//! are bound to find that the rule doesn't apply. Wrong only in saying yes.

use crate::lexicon::Lexicon;
use crate::lexicon::cue::{Effect, State};
use crate::message::{Message, Role, Speaker};
use crate::rule::When;

/// The effects on addressee and state that open cues may have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Effects {
    states: u16,
    has_third_party: bool,
    has_guarantor: bool,
}

impl Effects {
    /// Collects the effects of cues.
    pub(super) fn of(effects: impl Iterator<Item = Effect>) -> Self {
        let mut own = Self::default();
        for effect in effects {
            match effect {
                Effect::State(state) => own.states |= 1 << state as u16,
                Effect::Addressee(Role::ThirdParty) => own.has_third_party = true,
                Effect::Addressee(Role::Guarantor) => own.has_guarantor = true,
                _ => {}
            }
        }
        own
    }

    fn has(self, state: State) -> bool {
        self.states & (1 << state as u16) != 0
    }
}

/// Whether the conditions of a rule can hold.
pub(super) fn may_hold(when: &When, message: &Message, effects: Effects, lexicon: &Lexicon) -> bool {
    let has_channel = |channel| when.channel.is_empty() || when.channel.contains(&channel);
    let channel_holds = match message.channel {
        Some(channel) => has_channel(channel) && !when.not_channel.contains(&channel),
        None => when.channel.is_empty(),
    };
    let has_state = |name: &String| {
        State::named(name).is_some_and(|state| effects.has(state) || is_marked(state, message))
    };
    channel_holds
        && (!when.night || lexicon.is_sent_in_quiet_hours(message))
        && (when.addressee.is_empty() || may_address(&when.addressee, message, effects))
        && when.state.iter().all(has_state)
}

/// Whether the message may be addressed to one of these.
fn may_address(roles: &[Role], message: &Message, effects: Effects) -> bool {
    if let Some(role) = message.recipient_role
        && role != Role::Unknown
    {
        return roles.contains(&role);
    }
    let may_be = |role: &Role| match role {
        // Nothing known counts as the debtor.
        Role::Debtor | Role::Unknown => true,
        Role::Guarantor => effects.has_guarantor,
        Role::ThirdParty => {
            effects.has_third_party || effects.has(State::NotDebtor) || is_marked(State::NotDebtor, message)
        }
    };
    roles.iter().any(may_be)
}

/// Whether the record's speakers alone may set a state.
fn is_marked(state: State, message: &Message) -> bool {
    state == State::NotDebtor
        && message
            .stretches()
            .any(|(_, speaker, _)| speaker == Speaker::ThirdParty)
}

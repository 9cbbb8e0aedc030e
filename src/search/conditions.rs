//! Whether a rule's conditions can hold, before anything is searched for in full, and which cues they ask for.
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

/// The effects on addressee and state that the conditions of some rules ask for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Needed {
    states: u16,
    has_addressee: bool,
}

impl Needed {
    /// Collects what conditions ask for.
    pub(super) fn by<'w>(conditions: impl Iterator<Item = &'w When>) -> Self {
        let mut own = Self::default();
        for when in conditions {
            own.has_addressee |= !when.addressee.is_empty();
            let states = when.state.iter().filter_map(|name| State::named(name));
            states.for_each(|state| own.states |= 1 << state as u16);
        }
        own
    }

    /// Whether a judge may ask for cues of this effect. What tells nothing but addressee or state changes nothing where no
    /// rule asks.
    pub(super) fn includes(self, effect: Effect) -> bool {
        match effect {
            Effect::Addressee(_) => self.has_addressee,
            // It tells the addressee, too.
            Effect::State(State::NotDebtor) if self.has_addressee => true,
            Effect::State(state) => self.states & (1 << state as u16) != 0,
            _ => true,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_needed_by_whom_asks() {
        let to_third_person = || When {
            addressee: vec![Role::ThirdParty],
            ..When::default()
        };
        let when_collecting = || When {
            state: vec!["collecting".to_owned()],
            ..When::default()
        };
        let effects = [
            Effect::Addressee(Role::Debtor),
            Effect::State(State::NotDebtor),
            Effect::State(State::Collecting),
            Effect::State(State::RecordingTold),
            Effect::Denial,
        ];
        for (conditions, expected) in [
            (vec![], [false, false, false, false, true]),
            (vec![When::default()], [false, false, false, false, true]),
            (vec![to_third_person()], [true, true, false, false, true]),
            (vec![when_collecting()], [false, false, true, false, true]),
            (
                vec![when_collecting(), to_third_person()],
                [true, true, true, false, true],
            ),
        ] {
            let needed = Needed::by(conditions.iter());
            assert_eq!(effects.map(|effect| needed.includes(effect)), expected);
        }
    }
}

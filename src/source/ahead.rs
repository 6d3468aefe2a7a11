//! Work on one thing while the next is being made.

use super::{SourceError, Threads};

/// Things that wait between the thread that makes them and the one that uses them.
const AHEAD: usize = 2;

/// Calls back with every thing, in order, up to the first error. With [`Threads::Two`] the next ones are made while the
/// callback works on one; the things are the same.
pub fn for_each<T: Send>(
    things: impl Iterator<Item = Result<T, SourceError>> + Send,
    threads: Threads,
    mut on: impl FnMut(T) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    match threads {
        Threads::One => {
            for thing in things {
                on(thing?)?;
            }
            Ok(())
        }
        Threads::Two => std::thread::scope(|scope| {
            let (sender, receiver) = std::sync::mpsc::sync_channel(AHEAD);
            scope.spawn(move || {
                for thing in things {
                    let failed = thing.is_err();
                    // Nobody listens once the callback has failed.
                    if sender.send(thing).is_err() || failed {
                        break;
                    }
                }
            });
            receiver.iter().try_for_each(|thing| on(thing?))
        }),
    }
}

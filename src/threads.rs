//! Work spread over a few threads, its results in the order of the work.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, scope};

/// What `f` makes of each item, on so many threads, this one among them. Where threads can't be had, those there are do
/// the work.
pub(crate) fn map<T: Send, R: Send>(
    n_threads: usize,
    items: impl IntoIterator<Item = T, IntoIter: Send>,
    f: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let items = Mutex::new(items.into_iter().enumerate());
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let mut done = Vec::new();
        while let Some((at, item)) = next() {
            done.push((at, f(item)));
        }
        done
    };
    let mut done = scope(|scope| {
        let start = |_| Builder::new().name("helper".to_owned()).spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..n_threads).map_while(start).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|payload| resume_unwind(payload)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_work() {
        for n_threads in [0, 1, 2, 7] {
            let all = map(n_threads, 0..1000u64, |n| {
                // The first ones take longest.
                (0..(1000 - n) * 20).fold(n, |sum, k| std::hint::black_box(sum ^ k) ^ k)
            });
            assert!(all.into_iter().eq(0..1000), "{n_threads}");
            assert!(map(n_threads, [0u8; 0], |n| n).is_empty());
        }
    }
}

//! Where signatures wait until the last page has come.

use super::Signature;
use std::io;

/// Keeps signatures in the order in which they come. Memory serves a few thousand documents; a run gives a file.
pub trait Store {
    /// Takes the next one.
    ///
    /// # Errors
    /// It can't be kept.
    fn push(&mut self, signature: &Signature) -> io::Result<()>;

    /// Gives one back, by its number from 0.
    ///
    /// # Errors
    /// It can't be read.
    fn get(&mut self, index: usize) -> io::Result<Signature>;

    /// Goes through all of them in order.
    ///
    /// # Errors
    /// They can't be read.
    fn each(&mut self, visit: &mut dyn FnMut(usize, &Signature)) -> io::Result<()>;
}

impl Store for Vec<Signature> {
    fn push(&mut self, signature: &Signature) -> io::Result<()> {
        Vec::push(self, signature.clone());
        Ok(())
    }

    fn get(&mut self, index: usize) -> io::Result<Signature> {
        self.as_slice().get(index).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn each(&mut self, visit: &mut dyn FnMut(usize, &Signature)) -> io::Result<()> {
        self.iter().enumerate().for_each(|(index, signature)| visit(index, signature));
        Ok(())
    }
}

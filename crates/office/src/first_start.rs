//! An office without an administrator asks for one where somebody can answer: there is no password that it comes with.

use crate::{NewStaff, Office, Role};
use anyhow::{Result, ensure};
use std::io::{BufRead, IsTerminal, Write};

impl Office {
    /// Asks on the terminal, if there is nobody yet who could look after the office; says how it is done where there
    /// is no terminal.
    pub fn ask_for_an_admin(&self) -> Result<()> {
        if self.has_admin()? {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            tracing::warn!(
                "nobody can look after this office yet: `jobsheet-office staff add --data DIR --login LOGIN \
                 --name NAME` adds an administrator"
            );
            return Ok(());
        }
        let password = |what: &str| Ok(rpassword::prompt_password(what)?);
        self.asks_for_an_admin(&mut std::io::stdin().lock(), &mut std::io::stderr(), password)
    }

    /// Until there is one.
    fn asks_for_an_admin(
        &self,
        answers: &mut dyn BufRead,
        says: &mut dyn Write,
        password: impl Fn(&str) -> Result<String>,
    ) -> Result<()> {
        writeln!(says, "This office has no administrator yet.")?;
        let mut asked = |says: &mut dyn Write, what: &str| -> Result<String> {
            write!(says, "{what}: ")?;
            says.flush()?;
            let mut line = String::new();
            ensure!(answers.read_line(&mut line)? > 0, "nobody answered");
            Ok(line.trim().to_owned())
        };
        loop {
            let (login, name) = (asked(says, "Login")?, asked(says, "Name")?);
            let first = password("Password, at least 8 characters: ")?;
            if password("The same again: ")? != first {
                writeln!(says, "These were not the same.")?;
                continue;
            }
            match self.add_staff(NewStaff { login, name, role: Role::Admin, password: first }) {
                Ok(()) => return Ok(()),
                Err(why) => writeln!(says, "{why:#}")?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Office, Options};
    use anyhow::Context;
    use std::cell::RefCell;

    #[test]
    fn a_new_office_has_nobody_in_it_and_asks_until_it_has_an_admin() {
        let folder = tempfile::tempdir().unwrap();
        let office = Office::open(Options::new(folder.path())).unwrap();
        assert!(office.accounts().unwrap().is_empty(), "no account, no password");
        assert!(!office.has_admin().unwrap());
        let mut answers = "lily\nLily\nlily\nLily\nlily\nLily\n".as_bytes();
        let passwords =
            RefCell::new(vec!["one of them", "another one", "short", "short", "long enough", "long enough"]);
        let next = |_: &str| {
            let mut left = passwords.borrow_mut();
            anyhow::ensure!(!left.is_empty(), "no more");
            Ok(left.remove(0).to_owned())
        };
        let mut said = Vec::new();
        office.asks_for_an_admin(&mut answers, &mut said, next).context("asked").unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("not the same") && said.contains("8 to 200 characters"), "{said}");
        assert!(office.has_admin().unwrap());
        // Asked again, it has one.
        office.ask_for_an_admin().unwrap();
    }
}

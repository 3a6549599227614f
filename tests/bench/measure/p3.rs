//! The loops through WASI 0.3, on the host directory and composed, beside the same loops through 0.2.

use super::Cost;
use super::guest::Work;
use crate::lab::{App, Form, Lab};
use crate::row::{Sample, Target, Unit, median};

/// A loop.
pub struct Row {
    /// What is measured.
    pub name: &'static str,
    /// What one is counted in.
    pub unit: Unit,
    /// What it should be composed, against the host directory through 0.3.
    pub target: Target,
    /// The arguments that both guests take.
    pub work: Work<'static>,
}

/// Where a loop runs.
#[derive(Clone, Copy)]
pub struct Place {
    /// What it is called.
    pub name: &'static str,
    app: App,
    /// None: on the host directory.
    form: Option<Form>,
}

/// Which of [`PLACES`] is the host directory through 0.3.
const HOST: usize = 0;
/// Which is the composed component through 0.3.
const PLUGGED: usize = 1;

/// Every place, in the order of the table.
pub const PLACES: [Place; 5] = [
    Place { name: "host directory", app: App::LoopsOfP3, form: None },
    Place { name: "plugged", app: App::LoopsOfP3, form: Some(Form::Plugged) },
    Place { name: "0.2: host dir", app: App::Loops, form: None },
    Place { name: "0.2: plugged", app: App::Loops, form: Some(Form::Plugged) },
    Place { name: "0.2: linked", app: App::Loops, form: Some(Form::Linked) },
];

/// A loop and what was measured of it, place by place.
pub struct Outcome<'a> {
    /// The loop.
    pub row: &'a Row,
    places: [Costs; PLACES.len()],
}

/// What was measured in one place.
#[derive(Default)]
struct Costs {
    samples: Vec<Cost>,
    /// Why there is no figure. After the first failure the place is left alone.
    error: Option<String>,
}

impl<'a> Outcome<'a> {
    /// A loop of which nothing is known yet.
    pub fn new(row: &'a Row) -> Self {
        Self { row, places: Default::default() }
    }

    /// What the words of the command line are looked for in.
    pub fn title(&self) -> String {
        format!("{}, WASI 0.3", self.row.name)
    }

    /// Measures once more in every place, one straight after the other. Odd rounds begin with the last.
    pub fn take_sample(&mut self, round: usize, lab: &Lab) {
        let mut places: Vec<_> = self.places.iter_mut().zip(PLACES).collect();
        if !round.is_multiple_of(2) {
            places.reverse();
        }
        for (costs, Place { app, form, .. }) in places {
            if costs.error.is_some() {
                continue;
            }
            let cost = match form {
                None => self.row.work.on_host(lab, app),
                Some(form) => self.row.work.inside(lab, app, form),
            };
            match cost {
                Ok(cost) => costs.samples.push(cost),
                Err(error) => costs.error = Some(format!("{error:#}")),
            }
        }
    }

    /// The medians of each place, or why there are none.
    pub fn figures(&self) -> impl Iterator<Item = (Place, Result<Cost, &str>)> {
        PLACES.into_iter().zip(self.places.iter().map(Costs::figure))
    }

    /// The composed component against the host directory, both through 0.3. None where there is no figure of one of them.
    pub fn sample(&self) -> Option<Sample> {
        let [host, plugged] = [HOST, PLUGGED].map(|place| self.places[place].figure().ok());
        Some(Sample::of(host?, plugged?))
    }

    /// Whether the figure is what it should be. None where there is none, or nothing is asked.
    pub fn met(&self) -> Option<bool> {
        self.row.target.met(&self.sample()?)
    }
}

impl Costs {
    fn figure(&self) -> Result<Cost, &str> {
        if let Some(error) = &self.error {
            return Err(error);
        }
        let of = |side: fn(&Cost) -> f64| median(self.samples.iter().map(side).collect()).ok_or("not measured");
        Ok(Cost { wall: of(|cost| cost.wall)?, cpu: of(|cost| cost.cpu)? })
    }
}

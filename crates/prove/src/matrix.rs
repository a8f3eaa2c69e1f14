//! All runs of the matrix, in parallel over the cores. Each run is on a thread and a runtime of its own, so that what
//! it comes to does not depend on the others.

use crate::deviations::Deviation;
use crate::judgement::{Fault, Judgement, Place};
use crate::stand::{self, Ran, Setting};
use ocpp::Version;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

/// One run of the matrix.
#[derive(Debug, Clone)]
pub struct Job {
    /// How the station deviates.
    pub deviation: Deviation,
    /// The archetype it is built from and judged by.
    pub archetype: String,
    /// The version spoken.
    pub version: Version,
}

/// What a job came to.
#[derive(Debug)]
pub struct Proven {
    /// The job.
    pub job: Job,
    /// What it came to.
    pub judgement: Judgement,
    /// The run, where it is not as it must be.
    pub ran: Option<Ran>,
}

/// Which runs, and how.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// The runs.
    pub jobs: Vec<Job>,
    /// Seed of whatever is random.
    pub seed: u64,
    /// Whether each evidence is replayed.
    pub replays: bool,
}

impl Matrix {
    /// The default: each deviation in each of its versions on the smallest archetype that can show it.
    pub fn new(deviations: Vec<Deviation>, seed: u64) -> Matrix {
        let jobs = deviations.into_iter().flat_map(|d| {
            let job = |version: &Version| Job {
                archetype: d.archetype.to_owned(),
                version: *version,
                deviation: d.clone(),
            };
            d.versions.iter().map(job).collect::<Vec<_>>()
        });
        Matrix { jobs: jobs.collect(), seed, replays: false }
    }

    /// The same deviations on other archetypes.
    #[must_use]
    pub fn on(mut self, archetypes: &[&str]) -> Matrix {
        let on = |job: &Job| {
            archetypes.iter().map(|a| Job { archetype: (*a).to_owned(), ..job.clone() }).collect::<Vec<_>>()
        };
        self.jobs = self.jobs.iter().flat_map(on).collect();
        self
    }

    /// Runs all of it. `tell` hears of each job that has ended, in the order of their ends.
    pub fn run(&self, tell: &(dyn Fn(&Proven) + Sync)) -> Vec<Proven> {
        let plain = Plain { seed: self.seed, runs: Mutex::default() };
        let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        let work = || {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = self.jobs.get(n) else { return };
                let proven = self.prove(job, &plain);
                tell(&proven);
                done.lock().unwrap_or_else(PoisonError::into_inner).insert(n, proven);
            }
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..cores.min(self.jobs.len()) {
                scope.spawn(work);
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    fn prove(&self, job: &Job, plain: &Plain) -> Proven {
        let broken = |why: String| Judgement { faults: vec![Fault::Broken(why)], ..Judgement::default() };
        let Job { deviation, archetype, version } = job;
        let setting = Setting {
            archetype,
            version: *version,
            profile: deviation.profile,
            seed: self.seed,
            deviations: std::slice::from_ref(deviation),
        };
        let usual = plain.run(setting);
        let (judgement, ran) = match (usual.get(), stand::run(setting)) {
            (Some(Ok(usual)), Ok(ran)) => {
                let home = archetype == deviation.archetype;
                let place = if home { Place::Home } else { Place::Elsewhere };
                let mut judgement = Judgement::of(deviation, place, usual, &ran);
                let again = self.replays.then(|| stand::replay(ran.records.clone()));
                match again {
                    Some(Err(why)) => judgement.faults.push(Fault::Broken(why.to_string())),
                    Some(Ok(again)) if again != ran.verdicts => judgement.faults.push(Fault::DoesNotReplay),
                    Some(Ok(_)) | None => {}
                }
                (judgement, Some(ran))
            }
            (Some(Err(why)), _) => (broken(format!("the plain station: {why}")), None),
            (None, _) => (broken("the plain station did not run".to_owned()), None),
            (_, Err(why)) => (broken(why.to_string()), None),
        };
        let ran = ran.filter(|_| !judgement.is_good());
        Proven { job: job.clone(), judgement, ran }
    }
}

type Once = Arc<OnceLock<Result<Ran, stand::Broken>>>;

/// Runs of the plain reference station, each made once.
struct Plain {
    seed: u64,
    runs: Mutex<BTreeMap<(String, Version, u8), Once>>,
}

impl Plain {
    fn run(&self, setting: Setting<'_>) -> Once {
        let key = (setting.archetype.to_owned(), setting.version, setting.profile);
        let once = {
            let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
            runs.entry(key).or_default().clone()
        };
        once.get_or_init(|| stand::run(Setting { deviations: &[], seed: self.seed, ..setting }));
        once
    }
}

"""What Prometheus reads: names, labels and buckets in one place."""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

__all__ = ["CONTENT_TYPE", "JOBS", "JOB_DEPTH", "JOB_LATENESS", "JOB_SECONDS", "REST_CALLS", "REST_SECONDS", "page"]

CONTENT_TYPE = CONTENT_TYPE_LATEST

JOBS = Counter(
    "guildwright_jobs",
    "Job runs by outcome: done, retried, waited (something was away), dead, lost (lease), taken_back (worker died).",
    ["kind", "outcome"],
)
JOB_LATENESS = Histogram(
    "guildwright_job_lateness_seconds",
    "From the moment a job was due to the moment a worker took it.",
    ["kind"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
JOB_SECONDS = Histogram("guildwright_job_run_seconds", "How long a handler ran.", ["kind"])
JOB_DEPTH = Gauge("guildwright_job_depth", "Jobs that are not done, by state.", ["kind", "state"])
REST_CALLS = Counter(
    "guildwright_rest_calls", "Calls of Discord's REST API by route and status (0: no answer).", ["route", "status"]
)
REST_SECONDS = Histogram(
    "guildwright_rest_seconds", "How long a call of Discord's REST API took, rate limits included.", ["route"]
)


def page() -> bytes:
    """All metrics of this process in Prometheus' text format."""
    return generate_latest()

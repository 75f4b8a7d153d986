"""What Prometheus reads of the operator."""

from prometheus_client import Counter, Gauge, Histogram

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

RECONCILE = Histogram(
    "guildwright_operator_reconcile_seconds",
    "From the moment a new generation was seen to the moment it was published, and to that of its status.",
    ["until"],
    buckets=_BUCKETS,
)
DEPTH = Gauge("guildwright_operator_queue_depth", "Guilds that wait or are being worked on.", ["queue"])
RETRIES = Counter("guildwright_operator_retries", "Pieces of work that failed and are tried again.", ["queue"])
LAG = Gauge("guildwright_operator_generation_lag", "Documents whose newest good generation is not published.")
DOCUMENTS = Gauge("guildwright_operator_documents", "Documents by what became of them.", ["state"])
LEADER = Gauge("guildwright_operator_leader", "1 while this process leads.")
WRITES = Counter("guildwright_operator_writes", "Writes to the cluster by what and outcome.", ["what", "outcome"])
LISTS = Counter("guildwright_operator_lists", "Complete lists of the documents, by why.", ["why"])
EVENTS_DROPPED = Counter("guildwright_operator_events_dropped", "Kubernetes Events left out, there were too many.")

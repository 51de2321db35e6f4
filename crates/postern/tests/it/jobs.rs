//! What runs beside the requests.

mod deliver_outbox;
mod sequence_audit;

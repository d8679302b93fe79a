//! What a client may cost, in connections, bytes, time and requests.
//!
//! Every limit has a default that an intranet of a few thousand people does not notice, and that
//! keeps memory, descriptors and tasks bounded whatever a client sends.

use std::net::IpAddr;
use std::time::Duration;

use crate::attachment::AttachmentLimits;

/// Connections in total: far more than the people who use the portal in the same minute, and at most
/// about 150 MiB of buffers when every one of them is hostile.
pub const CONNECTIONS: usize = 2048;

/// Connections of one address: browsers open six, and a whole office may share one address.
pub const CONNECTIONS_PER_ADDRESS: usize = 128;

/// Descriptors that are kept free for the store, the standard streams, the runtime and connections
/// that are being closed while their successors are taken in.
pub const DESCRIPTOR_RESERVE: usize = 96;

/// Bytes of a request line and headers: single sign-on cookies of other services on the same domain
/// can take 16 KiB, and they are sent here too.
pub const HEADER_BYTES: usize = 32 * 1024;

/// Headers of one request; browsers and proxies together send fewer than 40.
pub const HEADERS: usize = 100;

/// Time between the first and the last byte of a request head; one packet in practice.
pub const HEADER_TIME: Duration = Duration::from_secs(15);

/// Bytes of a form: the longest answers, percent-encoded, a few times over.
pub const BODY_BYTES: usize = 256 * 1024;

/// Bytes of all forms being received and form pages being sent at the same time.
pub const BODY_BYTES_TOGETHER: usize = 64 * 1024 * 1024;

/// Time in which a form must have arrived: 256 KiB over a poor mobile line.
pub const BODY_TIME: Duration = Duration::from_secs(30);

/// Time that a connection may wait for its next request; browsers use 60 to 300 seconds, and a new
/// connection on an intranet is cheap.
pub const IDLE_TIME: Duration = Duration::from_secs(60);

/// Time in which a client must take in at least something of a response.
pub const WRITE_STALL_TIME: Duration = Duration::from_secs(20);

/// Time for a whole request, from its head to the last byte of the response: the largest video of a
/// portal over a poor line.
pub const REQUEST_TIME: Duration = Duration::from_secs(300);

/// Time that requests in flight get when the program is asked to stop. Service managers kill after 30
/// to 90 seconds.
pub const STOP_TIME: Duration = Duration::from_secs(20);

/// Posts that one address may send at once. A whole organisation can be behind one address, and a
/// report is about ten posts: this is sixty people who report at the same moment.
pub const POSTS_AT_ONCE: u32 = 600;

/// Posts that one address gains per second after that: two reports each second, a hundredth of what
/// the program can take.
pub const POSTS_PER_SECOND: f64 = 20.0;

/// Bytes of a form with files: the most files of the largest size, twice over, so that whoever picks too
/// many large ones is told which were too much instead of losing what was typed.
pub const UPLOAD_BYTES: u64 = 512 * 1024 * 1024;

/// Time in which at least something of a form with files must arrive: a telephone in a lift.
pub const UPLOAD_STALL_TIME: Duration = Duration::from_secs(30);

/// Bytes per second that a form with files must bring on average: the slowest mobile line in use, at
/// which a photo of 3 MB takes a few minutes.
pub const UPLOAD_BYTES_PER_SECOND: u64 = 8 * 1024;

/// Time for a whole form with files: 10 MB at the slowest rate, and the largest set of files over a
/// common mobile line.
pub const UPLOAD_TIME: Duration = Duration::from_secs(30 * 60);

/// Forms with files whose files are taken at once. Each holds a thread, and a picture in memory before
/// it is decoded; the others wait.
pub const UPLOADS_TOGETHER: usize = 4;

/// What a client may cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Connections in total; kept below the descriptor limit of the process as well.
    pub connections: usize,
    /// Connections of one address (IPv6: one /64).
    pub connections_per_address: usize,
    /// Bytes of a request line and headers.
    pub header_bytes: usize,
    /// Time between the first and the last byte of a request head.
    pub header_time: Duration,
    /// Bytes of the body of a form.
    pub body_bytes: usize,
    /// Bytes of all forms being received and form pages being sent at the same time.
    pub body_bytes_together: usize,
    /// Time in which a body must have arrived.
    pub body_time: Duration,
    /// Bytes of a form with files.
    pub upload_bytes: u64,
    /// Time in which at least something of a form with files must arrive.
    pub upload_stall_time: Duration,
    /// Bytes per second that a form with files must bring on average.
    pub upload_bytes_per_second: u64,
    /// Time for a whole form with files.
    pub upload_time: Duration,
    /// Forms with files whose files are taken at once.
    pub uploads_together: usize,
    /// What may be sent along.
    pub attachments: AttachmentLimits,
    /// Time that a connection may wait for its next request.
    pub idle_time: Duration,
    /// Time in which a client must take in at least something of a response.
    pub write_stall_time: Duration,
    /// Time for a whole request.
    pub request_time: Duration,
    /// Time that requests in flight get when the program is asked to stop.
    pub stop_time: Duration,
    /// Posts that one address may send at once.
    pub posts_at_once: u32,
    /// Posts that one address gains per second.
    pub posts_per_second: f64,
    /// Proxies whose `X-Forwarded-For` header is believed; their connections do not count as those
    /// of one address.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: CONNECTIONS,
            connections_per_address: CONNECTIONS_PER_ADDRESS,
            header_bytes: HEADER_BYTES,
            header_time: HEADER_TIME,
            body_bytes: BODY_BYTES,
            body_bytes_together: BODY_BYTES_TOGETHER,
            body_time: BODY_TIME,
            upload_bytes: UPLOAD_BYTES,
            upload_stall_time: UPLOAD_STALL_TIME,
            upload_bytes_per_second: UPLOAD_BYTES_PER_SECOND,
            upload_time: UPLOAD_TIME,
            uploads_together: UPLOADS_TOGETHER,
            attachments: AttachmentLimits::default(),
            idle_time: IDLE_TIME,
            write_stall_time: WRITE_STALL_TIME,
            request_time: REQUEST_TIME,
            stop_time: STOP_TIME,
            posts_at_once: POSTS_AT_ONCE,
            posts_per_second: POSTS_PER_SECOND,
            trusted_proxies: Vec::new(),
        }
    }
}

//! The most memory that this process ever held.

/// Peak resident memory in bytes (`VmHWM`); `None` where the system does not say.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    peak_of_status(&status)
}

/// Reads `VmHWM` out of the text of `/proc/PID/status`, which counts in kibibytes.
pub fn peak_of_status(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

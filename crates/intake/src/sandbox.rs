//! What a child process takes from itself before it reads a byte of somebody's file.
//!
//! Everywhere: address space, CPU seconds, no files written, no core. On Linux also: no file opened but fonts (landlock,
//! as far as the kernel knows it), no sockets, no programs started, no other process touched (seccomp).

use std::path::PathBuf;

use rlimit::Resource;
use serde::{Deserialize, Serialize};

/// Limits of one child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Address space, in bytes.
    pub memory: u64,
    /// CPU seconds.
    pub cpu: u64,
    /// Files and folders that may be read.
    pub readable: Vec<PathBuf>,
}

/// Shuts the door behind the process. There is no way back.
///
/// # Errors
/// A limit that this system knows could not be set.
pub fn enter(cell: &Cell) -> Result<(), String> {
    set(Resource::CORE, 0)?;
    set(Resource::FSIZE, 0)?;
    set(Resource::CPU, cell.cpu)?;
    // macOS has the name, and refuses the number.
    if cfg!(target_os = "linux") {
        set(Resource::AS, cell.memory)?;
    }
    #[cfg(target_os = "linux")]
    linux::enter(cell)?;
    Ok(())
}

fn set(resource: Resource, most: u64) -> Result<(), String> {
    resource.set(most, most).map_err(|error| format!("{}: {error}", resource.as_name()))
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules,
    };
    use seccompiler::{SeccompAction, SeccompFilter, TargetArch};

    use super::Cell;

    pub(super) fn enter(cell: &Cell) -> Result<(), String> {
        files(cell).map_err(|error| format!("landlock: {error}"))?;
        calls().map_err(|error| format!("seccomp: {error}"))
    }

    fn files(cell: &Cell) -> Result<(), landlock::RulesetError> {
        let abi = ABI::V6;
        let rules = Ruleset::default()
            .handle_access(AccessFs::from_all(abi))?
            .handle_access(AccessNet::from_all(abi))?
            .scope(Scope::from_all(abi))?
            .create()?;
        // A path that is not there makes no rule.
        rules.add_rules(path_beneath_rules(&cell.readable, AccessFs::from_read(abi)))?.restrict_self()?;
        Ok(())
    }

    /// Refused with EPERM, so that a library that tries goes another way and is not killed.
    const REFUSED: &[libc::c_long] = &[
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_clone,
        libc::SYS_clone3,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_kill,
        libc::SYS_pidfd_open,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_io_uring_setup,
        libc::SYS_userfaultfd,
        libc::SYS_perf_event_open,
    ];

    fn calls() -> Result<(), Box<dyn std::error::Error>> {
        let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(()) };
        let rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>> =
            REFUSED.iter().map(|&call| (call, Vec::new())).collect();
        let refuse = SeccompAction::Errno(u32::try_from(libc::EPERM)?);
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?;
        let program: seccompiler::BpfProgram = filter.try_into()?;
        seccompiler::apply_filter(&program)?;
        Ok(())
    }
}

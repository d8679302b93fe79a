//! Which file systems tell nothing of changes that another machine makes.

use std::path::Path;

use rustix::fs::statfs;

/// The numbers by which Linux names these file systems (`linux/magic.h`, and the sources of those that
/// are not in the kernel).
const OF_OTHER_MACHINES: [u32; 19] = [
    0x0000_6969, // NFS
    0x0000_517b, // SMB
    0xff53_4d42, // CIFS
    0xfe53_4d42, // SMB 2
    0x0102_1997, // 9P: folders of Windows in WSL, folders of the host in virtual machines
    0x6573_5546, // FUSE: sshfs, virtiofs, folders of the host in containers
    0x00c3_6400, // Ceph
    0x5346_414f, // AFS
    0x6b41_4653, // AFS of the kernel
    0x7375_7245, // Coda
    0x0000_564c, // NCP
    0x0bd0_0bd0, // Lustre
    0x786f_4256, // VirtualBox
    0xbacb_acbc, // VMware
    0x4750_4653, // GPFS
    0xaad7_aaea, // PanFS
    0x7461_636f, // OCFS2
    0x0116_1970, // GFS2
    0x1983_0326, // BeeGFS
];

/// Returns whether a folder may be changed by another machine without this one knowing.
pub(super) fn is_of_other_machine(folder: &Path) -> bool {
    statfs(folder).is_ok_and(|found| is_known(found.f_type))
}

/// The type of the number differs from one processor to the next; its lower half is the same.
fn is_known(kind: impl TryInto<i64>) -> bool {
    let Ok(kind) = kind.try_into() else {
        return false;
    };
    OF_OTHER_MACHINES
        .iter()
        .any(|known| i64::from(*known) == kind & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_other_machines_are_known_by_their_number() {
        let check = |kind: i64, expected| assert_eq!(is_known(kind), expected, "{kind:x}");
        check(0x6969, true);
        check(0xff53_4d42, true);
        // On some processors the number is signed.
        check(-0x00ac_b2be, true);
        check(0xef53, false);
        check(0x794c_7630, false);
    }
}

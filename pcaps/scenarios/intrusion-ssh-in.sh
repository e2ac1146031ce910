# SPDX-License-Identifier: Apache-2.0
# A stranger works on a router over SSH on port 57722, where IOS XR keeps its host's shell (OpenSSH on both ends).
start_management
add_host stranger
start_capture
start_router
router_round 1
sed 's/^Port 22$/Port 57722/' "$lab/edge-07/sshd_config" >"$lab/edge-07/sshd_shell_config"
start edge-07 /usr/sbin/sshd -D -e -f "$lab/edge-07/sshd_shell_config"
wait_for edge-07 tcp 57722
typed "${looks[@]}" exit | on stranger ssh -tt -p 57722 "root@${address[edge-07]}" >/dev/null 2>&1 || true
router_round 2

// SPDX-License-Identifier: Apache-2.0
// The program `weir`: sub-commands, nothing else.
int main() { return 2; }

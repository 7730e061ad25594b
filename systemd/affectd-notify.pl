#!/usr/bin/perl
# Hands affectd's words to systemd: Node has no datagram sockets of AF_UNIX, and Perl is on every Debian.
# Each line of standard input is one datagram to $NOTIFY_SOCKET, a tab in it stands for a newline. Ends with its input.
use strict;
use warnings;
use Socket qw(AF_UNIX SOCK_DGRAM pack_sockaddr_un);

my $path = $ENV{NOTIFY_SOCKET} // die "affectd-notify: there is no NOTIFY_SOCKET\n";
$path =~ s/^@/\0/;    # the abstract namespace
my $address = pack_sockaddr_un($path);
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "affectd-notify: $!\n";
# Ctrl-C and systemd's SIGTERM go to the whole group: the last word, that affectd is stopping, is still to be said.
$SIG{INT} = $SIG{TERM} = $SIG{HUP} = 'IGNORE';
while (my $line = <STDIN>) {
    chomp $line;
    $line =~ tr/\t/\n/;
    defined send($socket, $line, 0, $address) or warn "affectd-notify: $!\n";
}

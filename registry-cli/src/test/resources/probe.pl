# Prints what a command has around it, a line each: a name, a tab, and a value.
use strict;
use warnings;

my @lines;
sub say_that { my ($name, $value) = @_; $value =~ s/\n/\\n/g; push @lines, "$name\t$value\n" }
sub content { my ($file) = @_; open(my $in, '<', $file) or return ''; local $/; my $all = <$in>; $all }

# first, before this script opens anything: what each descriptor is
my %open = map { $_ => readlink "/proc/self/fd/$_" } grep { defined readlink "/proc/self/fd/$_" } 0 .. 255;
my ($self) = grep { $open{$_} =~ /probe\.pl$/ } keys %open;    # perl reads this file by one of them
delete $open{$self} if defined $self;
for my $fd (sort { $a <=> $b } keys %open) {
  my $target = $open{$fd};
  $target =~ s/:\[\d+\]$//;                                    # pipes and sockets have numbers
  say_that("descriptor $fd", $target);
}
for my $fd (0 .. 2) {
  open(my $stream, ($fd == 0 ? "<" : ">") . "&=$fd") or next;
  say_that("terminal $fd", -t $stream ? 'yes' : 'no');
}

for (split /\n/, content('/proc/self/limits')) {
  my ($name, $values) = /^(Max .*?)  +(\S+ +\S+)/;
  next unless defined $name;
  say_that("limit $name", join ' ', split ' ', $values);
}

my %status = content('/proc/self/status') =~ /^(\w+):[ \t]*(.*?)[ \t]*$/mg;
for (qw(Uid Gid Groups Umask CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp Cpus_allowed Mems_allowed)) {
  say_that("status $_", $status{$_}) if defined $status{$_};
}
for my $set (['SigBlk', 'blocked'], ['SigIgn', 'ignored']) {
  my $bits = reverse unpack 'B64', pack 'H16', $status{ $set->[0] };
  for my $n (1 .. 64) {
    say_that("signal $n $set->[1]", 'yes') if substr($bits, $n - 1, 1) eq '1';
  }
}

my @stat = split ' ', (content('/proc/self/stat') =~ /\) (.*)/s)[0];
my ($parent, $group, $session, $terminal, $foreground) = @stat[1 .. 5];
my @caller = split ' ', (content("/proc/$ENV{PROBE_CALLER}/stat") =~ /\) (.*)/s)[0];
say_that('session', $session == $caller[3] ? "the caller's" : 'its own');
say_that('controlling terminal', $terminal == $caller[4] ? "the caller's" : $terminal ? 'another' : 'none');
say_that('in the foreground', $terminal && $foreground == $group ? 'yes' : 'no');
say_that('leads its group', $group == $$ ? 'yes' : 'no');
say_that('group of the caller', $group == $caller[2] ? 'yes' : 'no');
say_that('nice', getpriority 0, 0);
for (qw(oom_score_adj timerslack_ns personality cgroup)) {
  say_that($_, content("/proc/self/$_"));
}
for (qw(cgroup ipc mnt net pid user uts)) {
  say_that("namespace $_", readlink "/proc/self/ns/$_");
}
say_that('directory', readlink '/proc/self/cwd');
say_that("argument $_", $ARGV[$_]) for 0 .. $#ARGV;
say_that("variable $_", $ENV{$_}) for grep { $_ ne 'PROBE_CALLER' && $_ ne '_' } keys %ENV;

open(my $out, '>', $ENV{PROBE_OUT}) or die "cannot write $ENV{PROBE_OUT}: $!";
print $out sort @lines;
close $out or die $!;

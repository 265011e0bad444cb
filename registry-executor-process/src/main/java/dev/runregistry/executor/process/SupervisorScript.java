package dev.runregistry.executor.process;

/**
 * The program of a supervisor: Perl 5, without modules. A constant, because reading a file from a
 * jar would delay each run by several milliseconds.
 */
final class SupervisorScript {
  static final String TEXT =
      """
      # Runs a command to its end, copies what it prints to its logs and to the display, and notes its exit
      # code; outlives the registry that started it. Arguments: the run directory, options NAME=VALUE, --,
      # the command. No modules: loading POSIX alone would take ten times as long as all the rest.

      my $dir = shift;
      my (%o, @restored);
      while (@ARGV && (my $word = shift) ne '--') {
        my ($name, $value) = split /=/, $word, 2;
        if ($name eq 'env') { push @restored, $value } else { $o{$name} = $value }
      }
      delete $ENV{PERL_BADLANG};
      for (@restored) { my ($name, $value) = split /=/, $_, 2; $ENV{$name} = $value }

      # Numbers of system calls; on another machine what needs them is left out.
      my %sys;
      if (length pack('p', '') == 8) {
        my @names = qw(prctl rt_sigprocmask signalfd4 setsid execve dup3 prlimit64 clock_gettime fsync exit_group);
        my @numbers = $o{arch} eq 'amd64' ? (157, 14, 289, 112, 59, 292, 302, 228, 74, 231)
          : $o{arch} =~ /^(aarch64|riscv64|loongarch64)$/ ? (167, 135, 74, 157, 221, 24, 261, 113, 82, 94)
          : ();
        @sys{@names} = @numbers if @numbers;
      }
      sub leave { syscall($sys{exit_group}, $_[0] + 0) if $sys{exit_group}; exit $_[0] }

      # The display is the registry's own stdout and stderr; what perl says goes to supervisor.log.
      my @display = (undef, undef); # by stream
      my @target; # the numbers of the streams of the registry that stdout and stderr are shown on
      if (defined $o{show}) {
        @target = split //, $o{show};
        my @real;
        open $real[1], '>&=', 1;
        open $real[2], '>&=', 2;
        for (1, 2) { open my $copy, '>&', $real[$_] or next; $real[$_] = $copy }
        @display = map { $real[$_] } @target;
      }
      if (open STDERR, '>>', "$dir/supervisor.log") { open STDOUT, '>&', \\*STDERR }
      else { leave(125) }

      # All signals are blocked and read from a descriptor: nothing ends this process but KILL, and a select
      # sees each of them. Only those of its own faults, and what stops a background writer, stay as they are.
      my $write_signal = 40; # real-time, so that it is queued: one for each write to a pipe, in order
      my $mask = pack 'Q', ~0;
      for (4, 5, 6, 7, 8, 11, 21, 22, 31) { vec($mask, $_ - 1, 1) = 0 }
      my $signals;
      if ($sys{signalfd4} && syscall($sys{rt_sigprocmask}, 2, $mask, 0, 8) == 0) {
        my $fd = syscall($sys{signalfd4}, -1, $mask, 8, 0x80800);
        open $signals, '<&=', $fd if $fd >= 0;
      }
      # JDK 25 resets PIPE in what it starts, also where the registry ignores it because its caller does.
      if (open my $status, '<', "/proc/$o{parent}/status") {
        while (<$status>) { $SIG{PIPE} = 'IGNORE' if /^SigIgn:.*([13579bdf])...$/ }
      }
      my @kept_ignored = grep { $SIG{$_} eq 'IGNORE' } qw(HUP INT QUIT TERM USR1 USR2 PIPE);
      if (!$signals) {
        $SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM USR1 USR2 PIPE);
        $SIG{CHLD} = sub { };
      } else {
        $SIG{CHLD} = 'DEFAULT';
      }
      if ($o{session}) { $sys{setsid} ? syscall($sys{setsid}) : eval { require POSIX; POSIX::setsid() } }

      # The line of the process that reads it: after its pid and name come, as fields 4, 5, 6 and 22, its
      # parent, group, session and start time. Empty where there is no /proc.
      sub note {
        sysopen my $file, "$dir/processes", 0x441, 0600 or return 0;
        return (syswrite $file, "$_[0]\\n") == length("$_[0]\\n");
      }
      sub who { open my $stat, '<', '/proc/self/stat' or return ''; my $line = <$stat>; chomp $line; $line }
      # An engine may start a job again, such as after a crash of its controller. Only the first start goes on; a later
      # one stands for it in the engine: it waits for its exit code, as long as the heartbeat of the first changes.
      if (defined $o{host} && !sysopen my $first, "$dir/first-start", 0xc1, 0600) { # O_EXCL
        my ($beat, $silence) = ('', 0);
        until (-s "$dir/exit") {
          leave(125) if !-e "$dir/first-start";
          my $now = (stat "$dir/heartbeat")[9] // '';
          ($beat, $silence) = ($now, 0) if $now ne $beat;
          kill KILL => $$ if ++$silence > 6 * $o{beat}; # so its exit code is unknown to the engine, too
          sleep 1;
        }
        sysopen my $exit, "$dir/exit", 0 or leave(125);
        sysread $exit, my $code, 4;
        leave($code =~ /^(\\d{1,3})$/ ? $1 : 125);
      }

      # The file has the number of the attempt to start the run, and is there before its supervisor is.
      sysopen my $own, "$dir/processes", 0x402 or leave(125);
      sysseek $own, 0, 0; # perl opens it at its end
      sysread $own, my $begun, 4096;
      leave(125) if defined $o{attempt} && $begun !~ /^attempt $o{attempt}$/m;
      my $who = 'supervisor ' . who() . "\\n";
      leave(125) if syswrite($own, $who) != length $who;

      # A reconciler that finds nothing of a run alive makes this file, and looks again for the line above
      # before it takes the run for lost. So a run that is lost does not start, however late its supervisor is.
      # Nor does one that was cancelled by another process than its registry, which marks that first.
      leave(125) if -e "$dir/vanished" || -e "$dir/cancelled";
      note('began ' . time . " $o{host}") if defined $o{host}; # for those that share the directory only

      # If it found no line it can withdraw the attempt instead: it renames the file with the number, then deletes
      # the one that forbids the start, and the run goes back to the queue. So this check comes last.
      leave(125) if join(':', (stat $own)[0, 1]) ne join(':', (stat "$dir/processes")[0, 1]);
      close $own;

      my @name = ('stdout', 'stderr');
      my @log;
      for (0, 1) {
        if (!sysopen $log[$_], "$dir/$name[$_].log", 0x441, 0600) {
          print STDERR "$dir/$name[$_].log: $!\\n";
          note('unstarted ');
          leave(125);
        }
      }

      # The ends of the pipes to the registry have numbers that it knows: it opens them through /proc.
      my (@event, @command);
      if (pipe(my $r, my $w)) { @event = ($r, $w) }
      if (pipe(my $r, my $w)) { @command = ($r, $w) }
      my @known; # duplicates: the read end of the events, the write end of the commands
      for ([$event[0], 60], [$command[1], 61]) {
        my $fd = fcntl $_->[0], 1030, $_->[1]; # F_DUPFD_CLOEXEC
        if ($fd == $_->[1]) { open my $known, ($_->[1] == 60 ? '<&=' : '>&='), $fd; push @known, $known }
      }
      @known = () if @known < 2;
      close $event[0];
      close $command[1];
      my $attached = 0; # 1: the registry holds the other ends; -1: it did, and is gone
      sub alive { $attached >= 0 && getppid == $o{parent} }
      sub report { syswrite $event[1], "$_[0]\\n" if $attached >= 0 }

      # A terminal for what the registry shows on a terminal, a pipe for the rest.
      my (@in, @child_end, @terminal);
      for my $s (0, 1) {
        my $real = $display[$s];
        if ($o{terminal} && $real && -t $real && sysopen my $master, '/dev/ptmx', 0x102) {
          my ($unlock, $number, $termios, $size) = (pack('i', 0), pack('I', 0), "\\0" x 64, "\\0" x 8);
          if (ioctl($master, 0x40045431, $unlock) && ioctl($master, 0x80045430, $number)
            && sysopen my $slave, '/dev/pts/' . unpack('I', $number), 0x102) {
            if (ioctl $slave, 0x5401, $termios) { # as it was written: no line feed becomes two characters
              substr($termios, 4, 4) = pack 'I', unpack('I', substr $termios, 4, 4) & ~1;
              ioctl $slave, 0x5402, $termios;
            }
            ioctl $master, 0x5414, $size if ioctl $real, 0x5413, $size;
            ($in[$s], $child_end[$s], $terminal[$s]) = ($master, $slave, 1);
          }
        }
        if (!$in[$s]) {
          if (!pipe($in[$s], $child_end[$s])) { print STDERR "pipe: $!\\n"; note('unstarted '); leave(125) }
          fcntl $in[$s], 1031, 1 << 20; # F_SETPIPE_SZ; not allowed to a user with very many pipes
        }
        if ($signals) { # a signal of its own, with the descriptor, for each write: so their order is known
          fcntl $in[$s], 8, $$ + 0; # F_SETOWN
          fcntl $in[$s], 10, $write_signal; # F_SETSIG
          fcntl $in[$s], 4, 0x2000; # O_ASYNC
        }
      }
      my %stream_of = map { fileno($in[$_]) => $_ } 0, 1;

      # Whatever loses its parent becomes a child of this process: nothing of a run gets out of sight.
      syscall($sys{prctl}, 36, 1, 0, 0, 0) if $sys{prctl};

      # Descriptors that the registry was given, and Java does not hand on: the same open files.
      my %handed;
      if ($o{fds}) {
        my $process = syscall(434, $o{parent} + 0, 0);
        for my $fd (split /,/, $o{fds}) {
          my $copy = $process >= 0 ? syscall(438, $process, $fd + 0, 0) : -1;
          if ($copy >= 0) { open $handed{$fd}, '<&=', $copy; next }
          my $mode = 0;
          if (open my $info, '<', "/proc/$o{parent}/fdinfo/$fd") {
            while (<$info>) { $mode = oct($1) & 0x403 if /^flags:\\s+0*([0-7]+)/ }
          }
          sysopen $handed{$fd}, "/proc/$o{parent}/fd/$fd", $mode | 0x100
            or print STDERR "descriptor $fd is not handed on: $!\\n" and delete $handed{$fd};
        }
      }

      sub as_number { # puts the open file at that number in the child
        my ($handle, $number) = @_;
        if ($sys{dup3}) { syscall($sys{dup3}, fileno($handle), $number, 0); return }
        if ($number == 1) { open STDOUT, '>&', $handle } elsif ($number == 2) { open STDERR, '>&', $handle }
      }

      sub attempt { # returns only where the program cannot be executed
        my ($path, @words) = @_;
        if (!$sys{execve}) { exec { $path } @words; return $! + 0 }
        my @environment = map { "$_=$ENV{$_}" } keys %ENV;
        my ($argv, $envp) = (pack('p*', @words, undef), pack('p*', @environment, undef));
        syscall($sys{execve}, $path, $argv, $envp);
        my $error = $! + 0;
        if ($error == 8 && open my $file, '<', $path) { # no #!: sh runs it, unless it is no text
          sysread $file, my $head, 256;
          $head =~ s/\\n.*//s;
          if ($head !~ /\\0/) {
            my @script = ('/bin/sh', $path, @words[1 .. $#words]);
            $argv = pack 'p*', @script, undef;
            my $shell = '/bin/sh';
            syscall($sys{execve}, $shell, $argv, $envp);
          }
        }
        return $error;
      }

      sub execute { # the command, as execvp would; returns the error
        my @words = @_;
        return attempt($words[0], @words) if $words[0] =~ m{/};
        my $path = defined $ENV{PATH} ? $ENV{PATH} : '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
        my ($result, $error) = (2);
        for my $folder (split /:/, $path, -1) {
          $error = attempt($folder eq '' ? "./$words[0]" : "$folder/$words[0]", @words);
          if ($error == 13) { $result = 13 } elsif ($error != 2 && $error != 20) { return $error }
        }
        return $result;
      }

      pipe my $failed_r, my $failed_w;
      my $child = fork;
      if (!defined $child) { print STDERR "fork: $!\\n"; leave(125) }
      if (!$child) {
        note('child ' . who());
        my $hard = pack 'QQ', 0, 0;
        if ($o{nofile} && $sys{prlimit64} && syscall($sys{prlimit64}, 0, 7, 0, $hard) == 0) {
          my $limit = pack 'QQ', $o{nofile}, (unpack 'QQ', $hard)[1];
          syscall($sys{prlimit64}, 0, 7, $limit, 0);
        }
        my %at = (1 => $child_end[0], 2 => $child_end[1], %handed);
        my @moved;
        for (keys %at) { # out of the way of each other first
          my $fd = fcntl $at{$_}, 1030, 128;
          if ($fd && open my $copy, '+<&=', $fd) { $at{$_} = $copy }
        }
        as_number($at{$_}, $_ + 0) for keys %at;
        $SIG{FPE} = $SIG{CHLD} = 'DEFAULT'; # perl itself ignores FPE
        if (!$signals) {
          $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT TERM USR1 USR2 PIPE);
          $SIG{$_} = 'IGNORE' for @kept_ignored;
        }
        my $none = pack 'Q', 0;
        syscall($sys{rt_sigprocmask}, 2, $none, 0, 8) if $signals;
        my $error = execute(@ARGV);
        $! = $error;
        syswrite $failed_w, "$error $!";
        leave($error == 2 || $error == 20 ? 127 : 126);
      }
      report("child $child");
      # The rest is compiled when the command is on its way: it need not wait for that.
      eval <<'THE_REST' or print STDERR $@;
      close $failed_w;
      close $_ for @child_end, values %handed;
      # No blank in the name, which is cut at 15 characters: proctrack/linuxproc of Slurm misses such processes.
      $0 = "run-registry:supervisor of $o{run}"; # after the fork: it overwrites the environment in place
      umask 077;

      # Where the display may block, it is opened anew, so as not to: the user's own stays as it is.
      my @limit_of_write;
      my $shared; # one queue for both streams where both are shown in one place
      my @queue = ('', '');
      my @place = (0, 1); # the queue of a stream
      for my $s (0, 1) {
        my $real = $display[$s] or next;
        if (-p $real || -t $real) {
          my $path = '/proc/self/fd/' . fileno $real;
          if (sysopen my $anew, $path, 0x901) { $display[$s] = $anew; $limit_of_write[$s] = 1 << 20; next }
        }
        $limit_of_write[$s] = -f $real || -c $real && !-t $real ? 0 : 4096; # 0: never blocks
      }
      if ($display[0] && $display[1] && $limit_of_write[0] && $limit_of_write[1]) {
        my @files = map { join ':', (stat $_)[0, 1, 6] } @display;
        @place = (0, 0) if $files[0] eq $files[1];
      }

      my $limit = $o{limit} || 9e18;
      my (@printed, @kept, @over) = (); # bytes
      @printed = @kept = (0, 0);
      my ($totals_dirty, $totals_final) = (0, 0);
      my ($index, $index_bytes, $buffered, @piece); # the piece: time, stream, bytes, not written yet
      $index_bytes = 0;
      $buffered = '';
      sysopen $index, "$dir/output-index", 0x441, 0600 or undef $index;

      sub now { # in microseconds
        return time * 1_000_000 if !$sys{clock_gettime};
        my $time = "\\0" x 16;
        syscall($sys{clock_gettime}, 0, $time);
        my ($seconds, $nanos) = unpack 'qq', $time;
        return $seconds * 1_000_000 + int $nanos / 1000;
      }

      sub end_piece {
        if (@piece) { $buffered .= "$piece[0] $piece[1] $piece[2]\\n"; @piece = () }
      }

      sub write_index {
        end_piece();
        if ($index && length $buffered) {
          my $written = syswrite $index, $buffered;
          $index_bytes += length $buffered;
          undef $index if $index_bytes > 64 << 20 || !defined $written || $written < length $buffered;
        }
        $buffered = '';
      }

      sub in_index {
        my ($s, $bytes) = @_;
        my $now = now();
        if (@piece && $piece[1] == $s && $now - $piece[0] < 1000 && $now >= $piece[0]) { $piece[2] += $bytes; return }
        end_piece();
        @piece = ($now, $s, $bytes);
        write_index() if length $buffered > 8192;
      }

      sub write_totals { # how much was printed, where the log has not all of it
        $totals_dirty = 0;
        return if $printed[0] == $kept[0] && $printed[1] == $kept[1];
        my $text = "stdout $printed[0]\\nstderr $printed[1]\\n" . ($totals_final ? '' : "running\\n");
        if (sysopen my $file, "$dir/log-totals.tmp", 0x241, 0600) {
          my $written = syswrite $file, $text;
          fsync($file) if $totals_final && !alive();
          rename "$dir/log-totals.tmp", "$dir/log-totals" if $written == length $text;
        }
      }

      sub fsync { syscall($sys{fsync}, fileno $_[0]) if $sys{fsync} }

      sub record { # to the log, up to the limit
        my ($s, $data) = ($_[0], \\$_[1]);
        my $length = length $$data;
        $printed[$s] += $length;
        my $end = $kept[$s] + $length > $limit ? $limit - $kept[$s] : $length;
        my $at = 0;
        while ($log[$s] && $at < $end) {
          my $written = syswrite $log[$s], $$data, $end - $at, $at;
          if (defined $written) { $at += $written }
          elsif ($! != 4) {
            print STDERR "$name[$s].log: $!; what is printed from here on is not kept\\n";
            undef $log[$s];
          }
        }
        $kept[$s] += $at;
        in_index($s, $at) if $at;
        $totals_dirty = 1 if $at < $length;
      }

      sub stop_showing { # what is shown on that place is not wanted, or cannot be shown, any more
        my ($place, $reader_gone) = @_;
        $queue[$place] = '';
        for my $s (0, 1) {
          next if !$display[$s] || $place[$s] != $place;
          undef $display[$s];
          if ($reader_gone && $in[$s] && !$terminal[$s] && alive()) { # the command is to notice, as in any pipe
            drain($s);
            forget($s);
          }
        }
      }

      sub flush_place {
        my ($place) = @_;
        my ($s) = grep { $display[$_] && $place[$_] == $place } 0, 1;
        if (!defined $s) { $queue[$place] = ''; return }
        while (length $queue[$place]) {
          my $written = syswrite $display[$s], $queue[$place], $limit_of_write[$s] || 1 << 20;
          if (defined $written) {
            substr $queue[$place], 0, $written, '';
            return if $limit_of_write[$s] == 4096; # blocks: only after the next select
          } elsif ($! == 11) {
            return;
          } elsif ($! != 4) {
            print STDERR "$name[$s] cannot be shown any more: $!\\n" if $! != 32;
            stop_showing($place, $! == 32);
            return;
          }
        }
      }

      sub show {
        my ($s, $data) = ($_[0], \\$_[1]);
        return if !$display[$s];
        my $place = $place[$s];
        $queue[$place] .= $$data;
        flush_place($place) if $limit_of_write[$s] != 4096;
      }

      sub readable {
        my $bits = '';
        vec($bits, fileno $_[0], 1) = 1;
        return select($bits, undef, undef, 0) > 0;
      }

      sub forget { # no more of that stream
        my ($s) = @_;
        delete $stream_of{fileno $in[$s]};
        close $in[$s];
        undef $in[$s];
      }

      sub take { # what there is of a stream, into $_[1]; returns false at its end
        my $s = $_[0];
        my $read = sysread $in[$s], $_[1], 1 << 18;
        if (!defined $read) { $_[1] = ''; return 1 if $! == 4 || $! == 11 }
        return 1 if $read;
        $_[1] = '';
        forget($s); # EIO: a terminal that nobody has open
        return 0;
      }

      sub drain { # what is there now
        my ($s) = @_;
        my ($data, $left) = ('', 5 << 18);
        while ($in[$s] && $left > 0 && readable($in[$s])) {
          take($s, $data) or last;
          $left -= length $data;
          record($s, $data);
          show($s, $data);
        }
      }

      my ($code, $signal, $no_children, $finish, $child_event) = (undef, 0, 0, 0, 1);

      # The kernel sends the signal of a write after the data can be read: the signals of what was read already.
      my @owed = (0, 0);
      sub read_signals { # returns the streams that were written to, in order
        my @writes;
        while ($signals && (my $read = sysread $signals, my $data, 16384)) {
          for (my $at = 0; $at < $read; $at += 128) {
            my ($number, undef, undef, $pid, undef, $fd) = unpack 'LlLLLl', substr $data, $at, 24;
            if ($number == $write_signal) {
              my $s = $stream_of{$fd};
              if (defined $s) { if ($owed[$s]) { $owed[$s]-- } else { push @writes, $s } }
            }
            elsif ($number == 17) { $child_event = 1 }
            elsif ($number == 28) { resize() if $pid != $$ }
            elsif ($number < 32) { report("got $number") }
          }
          last if $read < 16384;
        }
        return @writes;
      }

      sub resize { # then those that were told by the terminal itself look again
        my $changed = 0;
        for my $s (0, 1) {
          my $size = "\\0" x 8;
          if ($terminal[$s] && $in[$s] && $display[$s] && ioctl $display[$s], 0x5413, $size) {
            ioctl $in[$s], 0x5414, $size;
            $changed = 1;
          }
        }
        kill 'WINCH', 0 if $changed;
      }

      sub wanted { # a display that takes no more holds up the command, as in any pipe
        my ($s) = @_;
        return $in[$s] && !($display[$s] && length $queue[$place[$s]]);
      }

      my @async = $signals ? (0x2000, 0x2000) : (0, 0);
      my @unsure = (0, 0); # whether there may have been writes without a signal

      sub count { # how often the first is among the rest
        my $s = shift;
        return scalar grep { $_ == $s } @_;
      }

      sub unread { # bytes that can be read
        my $bytes = "\\0" x 4;
        return ioctl($in[$_[0]], 0x541b, $bytes) ? unpack 'i', $bytes : 0; # FIONREAD
      }

      my @early; # the streams of writes whose signals were read before what was written
      sub read_early { push @early, grep { $in[$_] && unread($_) } read_signals() }

      sub at_end { # of a stream, with nothing left to read; the signal of that is in the signals by then
        my ($s) = @_;
        return $in[$s] && readable($in[$s]) && !unread($s) && !sysread $in[$s], my $nothing, 1;
      }

      sub read_by_now { # the signals, without those of earlier writes, of the end, and of what has come since
        my ($lines, @writes) = @_;
        my @ended;
        for my $s (0, 1, 0) { # the end of one may come while we look at the other
          next if $ended[$s] || count($s, @writes) <= $lines->[$s];
          $ended[$s] = at_end($s);
          push @writes, read_signals() if $ended[$s];
        }
        my (@start, @end, @seen, @those);
        for my $s (0, 1) {
          my $count = count($s, @writes);
          $owed[$s]++ if !$count && $lines->[$s] && $async[$s] && !$unsure[$s];
          my $surplus = $count > $lines->[$s] ? $count - $lines->[$s] : 0;
          my $after = !$surplus || !$in[$s] ? 0 : $ended[$s] ? !$terminal[$s] : unread($s) ? $surplus : 0;
          ($start[$s], $end[$s]) = ($surplus - $after, $count - $after);
        }
        for my $s (@writes) {
          my $at = $seen[$s]++;
          if ($at >= $end[$s]) { push @early, $s if $in[$s] && !$ended[$s] }
          elsif ($at >= $start[$s]) { push @those, $s }
        }
        return @those;
      }

      sub copy { # what there is: by lines, in the order of the writes, where there is something of both
        my @ready = @_;
        my @data = ('', '');
        take($_, $data[$_]) for grep { $ready[$_] } 0, 1;
        for my $s (grep { $in[$_] && $signals && length $data[$_] } 0, 1) { # not for what comes in bulk
          my $wanted = length $data[$s] < 1 << 15 ? 0x2000 : 0;
          $unsure[$s] = $wanted != $async[$s];
          if ($unsure[$s]) { fcntl $in[$s], 4, $wanted; $async[$s] = $wanted; $owed[$s] = 0 }
        }
        my @writes = (splice(@early), read_signals());
        my (@parts, $more);
        do { # written to while we looked at the other one
          @parts = map { [length $_ > 8191 ? $_ : /[^\\n]*\\n|[^\\n]+/g] } @data;
          $more = 0;
          for my $s (0, 1) {
            next if length $data[$s] > 8191 || !wanted($s) || count($s, @writes) <= @{ $parts[$s] } || !unread($s);
            take($s, my $piece);
            $data[$s] .= $piece;
            $more = 1;
          }
          push @writes, read_signals() if $more;
        } while $more;
        # Whether a line is a write of its own is not known, so what has a signal too few is given time for it.
        my $both = length $data[0] && length $data[1];
        if ($both && grep { $async[$_] && @{ $parts[$_] } > count($_, @writes) } 0, 1) {
          select undef, undef, undef, 0.0002;
          push @writes, read_signals();
        }
        @writes = read_by_now([map { scalar @$_ } @parts], @writes);
        if (!$both) {
          for my $s (grep { length $data[$_] } 0, 1) { record($s, $data[$s]); show($s, $data[$s]) }
          return;
        }
        my @last = (-1, -1);
        $last[$writes[$_]] = $_ for 0 .. $#writes;
        for (0 .. $#writes) {
          my $s = $writes[$_];
          my $piece = $_ == $last[$s] ? join('', splice @{ $parts[$s] }) : shift @{ $parts[$s] };
          next if !length $piece;
          record($s, $piece);
          show($s, $piece);
        }
        for my $s (0, 1) {
          my $rest = join '', @{ $parts[$s] };
          next if !length $rest;
          record($s, $rest);
          show($s, $rest);
        }
      }

      sub drain_both { # what there is now
        for (1 .. 40) {
          my @ready = map { $in[$_] && readable($in[$_]) } 0, 1;
          return if !$ready[0] && !$ready[1];
          copy(@ready);
        }
      }

      sub reap {
        $child_event = 0;
        my $pid;
        while (($pid = waitpid -1, 1) > 0) {
          next if $pid != $child;
          my $status = $?;
          $signal = $status & 127;
          $code = $signal ? 128 + $signal : $status >> 8;
        }
        $no_children = $pid == -1;
      }

      # Complete when it ends in a line feed; what the child printed is in the logs by then. With the registry
      # alive, that is the first to see it and makes the end durable; without it, this is all that will be known.
      sub note_end {
        drain_both();
        write_index();
        write_totals();
        my $why = '';
        sysread $failed_r, $why, 512;
        note("unexecuted $why") if length $why;
        note("signal $signal") if $signal;
        my $file;
        my $written = sysopen($file, "$dir/exit", 0x241, 0600) && syswrite $file, "$code\\n";
        # Full? The line still fits into the block that this file has had from its start.
        note("exit $code") if !defined $written || $written != length "$code\\n";
        if (!alive()) {
          fsync($file) if $file;
          for (['processes', 0], ['', 0x10000]) { fsync($file) if sysopen $file, "$dir/$_->[0]", $_->[1] }
        }
        report("ended $code $signal $why");
      }

      my $commands = '';
      sub read_commands {
        my $read = sysread $command[0], $commands, 512, length $commands;
        if (!$read) { # the registry is gone: nothing is shown any more, all else goes on
          $attached = -1;
          close $command[0];
          stop_showing($_, 0) for 0, 1;
          return;
        }
        while ($commands =~ s/^([^\\n]*)\\n//) {
          if ($1 eq 'attached') { $attached = 1; @known = () }
          elsif ($1 eq 'ping') { read_early(); report('pong') }
          elsif ($1 eq 'finish') { $finish = 1 }
        }
      }

      # Events that nothing has read are lost with this process: a registry that is late to open its end of
      # the pipe is given 100 timeouts of 50 ms, no time by the clock, and none where it cannot open it.
      my $unheard = 0;
      sub may_attach { $attached == 0 && @known && $unheard < 100 && alive() && -e '/proc/self/fd/60' }

      # With the option finish no registry ends what the command leaves behind: TERM, and after so many milliseconds
      # KILL. What is orphaned by that becomes a child in its turn.
      my (%termed, $kill_at);
      sub end_children {
        my $now = now();
        $kill_at = $now + 1000 * $o{finish} if !defined $kill_at;
        my $list;
        if ($now > $kill_at + 5_000_000 || !open $list, '<', "/proc/$$/task/$$/children") { $finish = 1; return }
        for my $pid (split ' ', join '', <$list>) {
          if ($now >= $kill_at) { kill 'KILL', $pid } elsif (!$termed{$pid}++) { kill 'TERM', $pid }
        }
      }

      # A sign of life for hosts that see the directory only: a file that is written anew every so many seconds.
      my $beat = 0;
      sub beat {
        my $now = now();
        return if $now >= $beat && $now < $beat + 1_000_000 * $o{beat};
        $beat = $now;
        sysopen my $file, "$dir/heartbeat", 0x241, 0600 or return; # closed at the end of its scope
        syswrite $file, "$beat\\n";
      }

      my ($done, $shown) = (0, 0);
      while (1) {
        beat() if $o{beat};
        reap() if $child_event;
        if (defined $code && !$totals_final) { note_end(); $totals_final = 1; next }
        my $ending = defined $code && defined $o{finish} && !$no_children && !$finish;
        end_children() if $ending;
        if (defined $code && !$done) {
          drain_both() if $no_children;
          if ($no_children || $finish || $o{keep}) {
            write_index();
            write_totals();
            report('done');
            $done = 1;
          }
        }
        if ($done && !$shown && !length $queue[0] && !length $queue[1]) { report('shown'); $shown = 1 }
        my $early = $shown && may_attach();
        last if $shown && !$early && ($no_children || $finish || !grep { $in[$_] } 0, 1);

        my ($read, $write) = ('', '');
        for my $s (0, 1) {
          vec($read, fileno $in[$s], 1) = 1 if wanted($s);
          vec($write, fileno $display[$s], 1) = 1 if $display[$s] && length $queue[$place[$s]];
        }
        vec($read, fileno $signals, 1) = 1 if $signals;
        vec($read, fileno $command[0], 1) = 1 if $attached >= 0;
        my $wait = @piece || length $buffered ? 0.001
          : $totals_dirty || $early || $ending ? 0.05
          : !$signals ? 0.1
          : $attached == 0 ? 1
          : $o{beat} || undef;
        my $ready = select $read, $write, undef, $wait;
        if ($ready <= 0) {
          $unheard++ if $early;
          write_index();
          write_totals() if $totals_dirty;
          $child_event = 1 if !$signals;
          if ($attached == 0 && getppid != $o{parent}) { $attached = -1; stop_showing($_, 0) for 0, 1 }
          next;
        }
        my @ready = map { $in[$_] && vec $read, fileno $in[$_], 1 } 0, 1;
        if ($ready[0] || $ready[1]) { copy(@ready) }
        elsif ($signals && vec $read, fileno $signals, 1) { read_early() }
        read_commands() if $attached >= 0 && vec $read, fileno $command[0], 1;
        for my $s (0, 1) {
          flush_place($place[$s]) if $display[$s] && vec $write, fileno $display[$s], 1;
        }
      }
      leave($code);
      THE_REST
      leave(125);
      """;

  private SupervisorScript() {}
}

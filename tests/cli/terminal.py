#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs a command on a terminal of its own, answers its questions, and writes all that the terminal showed.

usage: terminal.py [-s COLUMNS] [-a QUESTION ANSWER]… [-i QUESTION SIGNAL]… [-k] -- COMMAND…

Each QUESTION is waited for in turn, then ANSWER is typed with a newline, or SIGNAL (INT, TSTP) as its control
character. A command that stops is continued, as by the `fg` of a shell. -k: its standard input is not the
terminal, and its output goes where that of this program goes. Fails with 98 when a question never comes, with 97
when the terminal does not echo after the command has stopped or ended, else with the status of the command.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

SECONDS = 30
KEYS = {"INT": b"\x03", "TSTP": b"\x1a"}


def parse(arguments):
    columns, steps, keep = 80, [], False
    while arguments[0] != "--":
        word = arguments.pop(0)
        if word == "-s":
            columns = int(arguments.pop(0))
        elif word == "-a":
            steps.append((arguments.pop(0), arguments.pop(0).encode() + b"\n"))
        elif word == "-i":
            steps.append((arguments.pop(0), KEYS[arguments.pop(0)]))
        elif word == "-k":
            keep = True
        else:
            sys.exit(f"terminal.py: {word}?")
    return columns, steps, keep, arguments[1:]


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def run_command(terminal, keep, command):
    if keep:
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    else:
        for fd in range(3):
            os.dup2(terminal, fd)
    for number in (signal.SIGTTOU, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)  # a test in the background is started with some ignored
    os.execvp(command[0], command)


def be_the_shell(terminal, keep, command):
    """Leads the session; runs the command in the foreground and continues it when it stops."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    process = os.fork()
    if process == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        run_command(terminal, keep, command)
    while True:
        status = os.waitpid(process, os.WUNTRACED)[1]
        if not echoes(terminal):
            os._exit(97)
        if not os.WIFSTOPPED(status):
            break
        os.tcsetpgrp(terminal, process)
        os.kill(process, signal.SIGCONT)
    os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


class Screen:
    """What the terminal has shown, and how much of it questions have used up."""

    def __init__(self, parent):
        self.parent, self.shown, self.used = parent, bytearray(), 0
        self.deadline = time.monotonic() + SECONDS

    def read(self):
        """Takes in what comes next; False at the end, or when time is up."""
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self.parent], [], [], left)[0]:
            return False
        try:
            piece = os.read(self.parent, 4096)
        except OSError:  # nobody has the other side open any more
            return False
        self.shown += piece
        return bool(piece)

    def wait_for(self, question):
        while question not in self.shown[self.used :]:
            if not self.read():
                return False
        self.used = self.shown.index(question, self.used) + len(question)
        return True


def main():
    columns, steps, keep, command = parse(sys.argv[1:])
    parent, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    shell = os.fork()
    if shell == 0:
        os.close(parent)
        be_the_shell(terminal, keep, command)
    os.close(terminal)
    screen = Screen(parent)
    for question, typed in steps:
        if not screen.wait_for(question.encode()):
            break
        time.sleep(0.05)  # what flushes the terminal's input has done so by now
        os.write(parent, typed)
    else:
        while screen.read():
            pass
        question = None
    os.close(parent)  # hangs up: whatever still runs there ends
    status = os.waitpid(shell, 0)[1]
    sys.stdout.buffer.write(screen.shown)
    sys.exit(98 if question else os.WEXITSTATUS(status) if os.WIFEXITED(status) else 99)


main()

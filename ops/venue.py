"""A real server for the checks in this folder: seeds a data directory, starts `weir serve`, talks to it."""
import atexit, hashlib, os, random, re, signal, socket, subprocess, tempfile, threading, time

PASSWORD = "check-password"


class Link:
    """A blocking connection that asks line by line."""

    def __init__(self, port, timeout=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.file = self.socket.makefile("rb")

    def line(self):
        """The next line; ConnectionError at the end."""
        line = self.file.readline()
        if not line.endswith(b"\n"):
            raise ConnectionError
        return line.decode().rstrip("\n")

    def answer(self):
        """The next line that answers a request."""
        while True:
            line = self.line()
            if line.startswith(("OK", "ERR")):
                return line

    def send(self, text):
        self.socket.sendall(text.encode())

    def ask(self, line):
        self.send(line + "\n")
        return self.answer()

    def rows(self, line):
        """The answer, which must be OK, and its rows."""
        answer = self.must(line)
        count = re.search(r" rows=(\d+)$", answer)
        return [answer] + [self.line() for _ in range(int(count[1]) if count else 0)]

    def must(self, line):
        answer = self.ask(line)
        assert answer.startswith("OK"), line + " -> " + answer
        return answer

    def log_on(self, member, user="u", password=PASSWORD):
        self.must(f"LOGON member={member} user={user} password={password} version=1")
        return self

    def close(self):
        self.socket.close()


class Server:
    """A running `weir serve` on a free port; its log goes to serve.log beside the data directory."""

    def __init__(self, weir, data, *options, preexec=None):
        self.weir, self.data = weir, data
        self.log = os.path.join(os.path.dirname(data), "serve.log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([weir, "serve", "--data", data, "--port", "0", "--plaintext", *options],
                                            stdout=subprocess.PIPE, stderr=log, preexec_fn=preexec)
        atexit.register(self.kill)
        self.said = ""
        while True:
            line = self.process.stdout.readline().decode()
            if not line:
                raise EOFError(f"the server ended with {self.process.wait()}: see {self.log}")
            self.said += line
            match = re.search(r"listening on 127\.0\.0\.1:(\d+)", line)
            if match:
                self.port = int(match.group(1))
                return

    def operator_password(self):
        """What the first start of a new venue leaves in a file, since its output is no terminal."""
        while "its password is in" not in self.said:
            self.said += self.process.stdout.readline().decode()
        with open(os.path.join(self.data, "operator-password")) as file:
            return file.read().strip()

    def link(self, timeout=60):
        return Link(self.port, timeout)

    def status(self, key):
        """A number that /proc tells, in kB where it is memory."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(rf"^{key}:\s+(\d+)", status.read(), re.M).group(1))

    def wait_until_booked(self):
        """Waits until settlement has booked every command."""
        link = self.link()
        until = time.monotonic() + 300
        while True:
            answer = link.ask("STATUS")
            numbers = dict(word.split("=", 1) for word in answer.split()[1:] if "=" in word)
            if answer.startswith("OK") and numbers["booked"] == numbers["seq"]:
                return link.close()
            assert time.monotonic() < until, "settlement is behind: " + answer
            time.sleep(0.1)

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()


def password_hash(password=PASSWORD):
    """The venue's form of a password hash, cheap to check."""
    key = hashlib.scrypt(password.encode(), salt=b"0123456789abcdef", n=16, r=8, p=1, dklen=32)
    return f"scrypt$4$8$1${b'0123456789abcdef'.hex()}${key.hex()}"


def seed(weir, data, members, users=("u",), permits=1_000_000_000):
    """Makes a data directory with an open market M in which each member has cash and permits, and its users may log on."""
    hash = password_hash()
    lines = ["venue MEMBER member=operator role=operator name=Operator", f"venue LOGIN member=operator user=u hash={hash}",
             "operator MEMBER member=reg role=regulator name=Regulator", f"operator LOGIN member=reg user=u hash={hash}",
             "reg PROGRAM program=P unit=t currency=EUR", "reg CAP program=P vintage=2027 cap=1000000000000"]
    for member in members:
        lines += [f"operator MEMBER member={member} role=participant name={member}",
                  *(f"operator LOGIN member={member} user={user} hash={hash}" for user in users),
                  f"operator DEPOSIT member={member} currency=EUR amount=1000000000",
                  f"reg ALLOCATE program=P vintage=2027 member={member} qty={permits}"]
    lines += ["operator MARKET market=M program=P vintage=2027 tick=0.01 lot=1 maxqty=1000 band=10 ref=70 maker=0 taker=0",
              "operator PHASE market=M phase=preopen", "operator PHASE market=M phase=open"]
    with tempfile.NamedTemporaryFile("w", suffix=".stream") as stream:
        stream.write("2026-01-01T00:00:00Z " + "\n+0s ".join(lines) + "\n")
        stream.flush()
        subprocess.run([weir, "replay", "--quiet", "--data", data, stream.name], check=True, stdout=subprocess.DEVNULL)


class Load:
    """Members that send bursts of orders, a thread each, until their connection breaks or `stop`; notes what was answered."""

    def __init__(self, server, members, name):
        self.acknowledged, self.trouble = [], []
        self.halt = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(server.port, member, name)) for member in members]
        for thread in self.threads:
            thread.start()

    def run(self, port, member, name):
        luck = random.Random(f"{member}-{name}")
        burst = 0
        try:
            link = Link(port).log_on(member)
            while not self.halt.is_set():
                ids = [f"{name}-{burst}-{i}" for i in range(8)]
                link.send("".join(
                    f"ORDER id={i} market=M side={luck.choice(['buy', 'sell'])} qty={luck.randint(1, 50)} "
                    f"price={69 + luck.random() * 2:.2f} tif=gtc\n" for i in ids))
                for i in ids:
                    if " seq=" in link.answer():
                        self.acknowledged.append((member, i))
                burst += 1
        except OSError:
            pass
        except AssertionError as trouble:
            self.trouble.append(trouble)

    def wait(self, server, count, seconds=120):
        """Waits until so many are acknowledged; AssertionError if a member was refused, the server ended or time is up."""
        until = time.monotonic() + seconds
        while len(self.acknowledged) < count:
            assert not self.trouble, self.trouble[0]
            assert server.process.poll() is None, "the server ended by itself: see " + server.log
            assert time.monotonic() < until, f"{len(self.acknowledged)} acknowledged after {seconds} s instead of {count}"
            time.sleep(0.01)

    def stop(self):
        """Ends the threads; returns (member, id) of every order that has an answer."""
        self.halt.set()
        for thread in self.threads:
            thread.join()
        return self.acknowledged


def check_journal(weir, data, acknowledged):
    """Every acknowledged order is in the journal, or AssertionError."""
    kept = set()
    journal = subprocess.Popen([weir, "journal", data], stdout=subprocess.PIPE, text=True)
    for entry in journal.stdout:
        words = entry.split()
        if words[2] == "ORDER":
            kept.add((words[1].split("/")[0], words[3][3:]))
    assert journal.wait() == 0
    lost = [order for order in acknowledged if order not in kept]
    assert not lost, f"{len(lost)} acknowledged orders are not in the journal, the first {lost[0]}"

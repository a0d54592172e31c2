// The cluster of docs/fleet.md is one that works: its text is read here, and three
// servers run with it, as their users would have them: TLS, keys, and no more
// permissions than it gives. Two of them are killed, one after the other.

package cli_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"modulex.dev/connector/fleet/internal/authority"
)

// TestDocumentedCluster: a question and a batch of a submitter, for three workers. The server
// that leads the ledger is killed in the middle of it and comes back, and then,
// together with a worker, the one that leads the queue.
func TestDocumentedCluster(t *testing.T) {
	rows := 300
	if testing.Short() {
		rows = 60
	}
	a := newAPI(t)
	c := newTrio(t)
	args := []string{"--base-url", a.URL + "/v1", "--lease", "2s", "--between-looks", "500ms", "--no-budgets"}
	first := c.worker(t, args...)
	c.worker(t, args...)
	untilAsked(t, func() *exec.Cmd {
		return c.command(t, "submitter", "submit", "list_session_people", "--tenant", "acme", "--credential-ref", "acme", "--wait", "60s", "--input", `{"session_id":"s1"}`)
	}, func() *exec.Cmd { return c.command(t, "submitter", "jobs", "list", "--json") })

	file := people(t, rows)
	batch := running{c.command(t, "submitter", "batch", "register_someone_for_session", "--input", file, "--set", "session_id=s1", "--base-url", a.URL+"/v1",
		"--credential-ref", "acme", "--tenant", "acme", "--lease", "2s"), new(words)}
	batch.Stderr = batch.said
	if err := batch.Start(); err != nil {
		t.Fatal(err)
	}
	a.wait(t, rows/4) // the question was one of them
	leads := c.leader(t, "KV_FLEET_LEDGER")
	c.kill(leads)
	time.Sleep(time.Second)
	c.start(t, leads)

	a.wait(t, rows/2)
	c.kill(c.leader(t, "FLEET_JOBS"))
	kill(first)
	c.worker(t, args...)

	if err := batch.Wait(); err != nil {
		left, _ := c.command(t, "worker", "jobs", "list", "--state-is", "queued,running,failed,dead,unknown", "--json").CombinedOutput()
		t.Errorf("%v\n%s\n%s", err, tail(batch.said.String()), tail(string(left)))
	}
	a.once(t, rows)
	allDone(t, file, rows)

	if strings.Contains(batch.said.String(), "refuses") {
		t.Errorf("the submitter may do too little:\n%s", batch.said)
	}
}

// trio are three servers.
type trio struct {
	program     string // nats-server
	conf        string // of docs/fleet.md, with the files and keys of this test
	dir         string
	clients     [3]string // addresses
	routes      [3]string
	running     [3]*exec.Cmd
	authority   *authority.Authority
	credentials string
}

func newTrio(t *testing.T) *trio {
	t.Helper()
	c := &trio{dir: t.TempDir(), authority: authority.New(t), credentials: credentials(t)}
	for _, name := range []string{"tls", "client"} {
		c.authority.Sign(t, name)
	}
	c.program = filepath.Join(c.dir, "nats-server")
	if out, err := exec.Command("go", "build", "-o", c.program, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i := range 3 {
		c.clients[i], c.routes[i] = free(t), free(t)
	}
	c.documented(t)
	for i := range 3 {
		c.start(t, i)
	}
	var out []byte
	for patience := time.Now().Add(time.Minute); ; time.Sleep(500 * time.Millisecond) {
		var err error
		if out, err = c.command(t, "worker", "jobs", "list").CombinedOutput(); err == nil {
			return c
		}
		if time.Now().After(patience) {
			t.Fatalf("the cluster is not ready: %v\n%s", err, out)
		}
	}
}

// documented reads the configuration and puts in what is of this machine.
func (c *trio) documented(t *testing.T) {
	t.Helper()
	page, err := os.ReadFile("../../docs/fleet.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "# nats.conf\n")
	conf, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/fleet.md has no nats.conf")
	}
	for here, there := range map[string]string{
		"/etc/nats/tls.crt": c.authority.File("tls"), "/etc/nats/tls.key": c.authority.File("tls-key"), "/etc/nats/ca.crt": c.authority.File("ca"),
		"50G": "1G", "40G": "1G", "UDXU…WORKER": c.key(t, "worker"), "UDXU…SUBMITTER": c.key(t, "submitter"),
		"nats://n1:6222, nats://n2:6222, nats://n3:6222": "nats://" + strings.Join(c.routes[:], ", nats://"),
	} {
		if !strings.Contains(conf, here) {
			t.Errorf("nats.conf has no %s", here)
		}
		conf = strings.ReplaceAll(conf, here, there)
	}
	c.conf = conf
}

// key makes an NKey, keeps its seed, and returns its public half.
func (c *trio) key(t *testing.T, name string) string {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.dir, name+".nk"), seed, 0o600); err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public
}

var ports = regexp.MustCompile(`port: \d+`)

// start starts a server where it was.
func (c *trio) start(t *testing.T, i int) {
	t.Helper()
	listen := []string{c.clients[i], c.routes[i]} // in the order of the page
	conf := ports.ReplaceAllStringFunc(c.conf, func(string) string {
		at := listen[0]
		listen = listen[1:]
		return "listen: " + at
	})
	conf = strings.NewReplacer("server_name: n1", fmt.Sprint("server_name: n", i+1), "/var/lib/nats", filepath.Join(c.dir, fmt.Sprint("n", i+1))).Replace(conf)
	file := filepath.Join(c.dir, fmt.Sprintf("n%d.conf", i+1))
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	s := exec.Command(c.program, "-c", file)
	s.Env = append(os.Environ(), "ADMIN_PASSWORD=x")
	s.Stdout, s.Stderr = nil, hear(t)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	c.running[i] = s
	t.Cleanup(func() { kill(s) })
}

func (c *trio) kill(i int) { kill(c.running[i]) }

// leader is the number of the server that leads a stream.
func (c *trio) leader(t *testing.T, stream string) int {
	t.Helper()
	key, err := nats.NkeyOptionFromSeed(filepath.Join(c.dir, "worker.nk"))
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(c.url(), key, nats.RootCAs(c.authority.File("ca")), nats.ClientCert(c.authority.File("client"), c.authority.File("client-key")))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	for patience := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		var i int
		s, err := js.Stream(t.Context(), stream)
		if err == nil && len(s.CachedInfo().Cluster.Replicas) != 2 {
			t.Fatalf("%s has %d copies", stream, 1+len(s.CachedInfo().Cluster.Replicas))
		}
		if err == nil {
			if _, err = fmt.Sscanf(s.CachedInfo().Cluster.Leader, "n%d", &i); err == nil {
				return i - 1
			}
		}
		if time.Now().After(patience) {
			t.Fatalf("nobody leads %s: %v", stream, err)
		}
	}
}

func (c *trio) url() string { return "tls://" + strings.Join(c.clients[:], ",tls://") }

// command is the program as the worker or the submitter of the page.
func (c *trio) command(t *testing.T, as, verb string, args ...string) *exec.Cmd {
	t.Helper()
	args = append([]string{verb}, args...)
	return command(t, []string{"LIVESTORM_API_TOKEN="}, append(args, "--nats", c.url(), "--replicas", "3", "--nats-ca", c.authority.File("ca"), "--nats-cert", c.authority.File("client"),
		"--nats-key", c.authority.File("client-key"), "--nats-nkey", filepath.Join(c.dir, as+".nk"))...)
}

func (c *trio) worker(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	w := c.command(t, "worker", "worker", append([]string{"--credential-dir", c.credentials}, args...)...)
	w.Stderr = hear(t)
	firstLine(t, w)
	return w
}

// free is an address of this machine where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

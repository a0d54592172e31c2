//go:build unix

// The server in a process of its own.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"modulex.dev/connector/fleet/jetstream"
)

// serverOf names the state folder to the process that is to be the server.
const serverOf = "FLEET_BENCH_SERVER"

// unsynced asks it not to sync its writes: a queue weighs the same, and is full
// sooner.
const unsynced = "FLEET_BENCH_UNSYNCED"

// serve is the server's process.
func serve(dir string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	address, end, err := started(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: the server:", err)
		os.Exit(1)
	}
	fmt.Println(address)
	<-ctx.Done()
	end() // its folder is thrown away
}

func started(dir string) (address string, end func(), err error) {
	o := &server.Options{JetStream: true, StoreDir: dir, Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true}
	switch {
	case os.Getenv(memberOf) != "":
		if err := join(o, os.Getenv(memberOf)); err != nil {
			return "", nil, err
		}
	case os.Getenv(unsynced) == "":
		s, err := jetstream.Embed(dir, "127.0.0.1", -1)
		if err != nil {
			return "", nil, err
		}
		return s.URL(), func() { _ = s.Close() }, nil
	}
	s, err := server.NewServer(o)
	if err != nil {
		return "", nil, err
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		return "", nil, errors.New("it does not start")
	}
	return s.ClientURL(), s.Shutdown, nil
}

// memberOf makes it one of a cluster: its name and the ports of all its members'
// routes, its own first.
const memberOf = "FLEET_BENCH_MEMBER"

// join makes a server one of a cluster whose members sync every write.
func join(o *server.Options, member string) error {
	words := strings.Fields(member)
	own, err := strconv.Atoi(words[1])
	if err != nil {
		return err
	}
	o.ServerName, o.SyncAlways, o.MaxPayload = words[0], true, 8<<20
	o.Cluster = server.ClusterOpts{Name: "fleet", Host: "127.0.0.1", Port: own}
	for _, port := range words[1:] {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: net.JoinHostPort("127.0.0.1", port)})
	}
	return nil
}

// keepers starts a cluster of three; the first of it stands for it.
func keepers(ctx context.Context) (k *keeper, err error) {
	var ports []string
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
		if err := l.Close(); err != nil {
			return nil, err
		}
	}
	for i := range 3 {
		others := slices.Delete(slices.Clone(ports), i, i+1)
		one, err := keep(ctx, fmt.Sprintf("%s=n%d %s %s", memberOf, i+1, ports[i], strings.Join(others, " ")))
		if err != nil {
			if k != nil {
				k.end()
			}
			return nil, err
		}
		if k == nil {
			k = one
			continue
		}
		k.fellows = append(k.fellows, one)
	}
	k.copies = 3
	return k, nil
}

// keeper is the server as we see it.
type keeper struct {
	cmd     *exec.Cmd
	dir     string
	url     string
	copies  int
	fellows []*keeper // of a cluster
}

// keep starts a server with an empty folder.
func keep(ctx context.Context, env ...string) (*keeper, error) {
	dir, err := os.MkdirTemp("", "fleet-bench-")
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	k := &keeper{cmd: exec.CommandContext(ctx, self), dir: dir}
	k.cmd.Env, k.cmd.Stderr = append(append(os.Environ(), serverOf+"="+dir), env...), os.Stderr
	out, err := k.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := k.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server did not start: %w", err)
	}
	k.url = strings.TrimSpace(line)
	return k, nil
}

// open connects to it.
func (k *keeper) open(ctx context.Context) (*jetstream.Engine, error) {
	return jetstream.Open(ctx, jetstream.Options{Server: jetstream.Server{URL: k.url}, Replicas: k.copies})
}

// memory is what the server has in memory now.
func (k *keeper) memory() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", k.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n << 10
}

// disk is what its folder holds, in all or under the stream of a name.
func (k *keeper) disk(stream string) (n int64) {
	_ = filepath.WalkDir(k.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(path, stream) {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil // files come and go
	})
	return n
}

// end stops the server and throws its folder away.
func (k *keeper) end() {
	for _, f := range k.fellows {
		f.end()
	}
	_ = k.cmd.Process.Signal(syscall.SIGTERM)
	_ = k.cmd.Wait()
	_ = os.RemoveAll(k.dir)
}

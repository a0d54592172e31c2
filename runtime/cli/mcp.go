// mcp: the actions as tools for agents, over standard input and output or over
// HTTP. Package runtime/mcp does it; this is its flags.

package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"modulex.dev/connector/runtime/mcp"
)

// mcpFlags are what an operator may say about the server.
type mcpFlags struct {
	callFlags // who calls, where, and how often
	http      string
	tools     []string
	writes    []string
	search    bool
	maxResult int
	text      string
	tokenEnv  string
	tokenFile string
	web       mcp.HTTPOptions
}

func (p Program) mcp() *cobra.Command {
	var f mcpFlags
	name := p.Table.API.Name
	cmd := &cobra.Command{
		Use:   "mcp [--http HOST:PORT]",
		Short: "Offer the actions to agents as MCP tools",
		Long: `Offer the actions to agents as tools of the Model Context Protocol: over standard
input and output, or with --http at http://HOST:PORT/mcp.

Agents get the actions that only read, unless --allow-writes says otherwise. The
credential comes from ` + p.credentialSources() + `; over HTTP a
request may bring its own in the header ` + mcp.HeaderCredential + `.`,
		Example: "  " + name + " mcp\n  " + name + " mcp --http 127.0.0.1:8090 --allow-writes",
		Args:    noMCPArguments,
		RunE:    func(c *cobra.Command, _ []string) error { return p.runMCP(c.Context(), f) },
	}
	p.addMCPFlags(cmd.Flags(), &f)
	_ = cmd.RegisterFlagCompletionFunc("tools", p.completeList)
	_ = cmd.RegisterFlagCompletionFunc("allow-writes", p.completeList)
	_ = cmd.RegisterFlagCompletionFunc("text", choices(texts))
	return cmd
}

// texts are what --text takes.
var texts = []string{"brief", "full"}

func (p Program) addMCPFlags(flags *pflag.FlagSet, f *mcpFlags) {
	p.addPlaceFlags(flags, &f.callFlags)
	flags.Lookup("credentials").Usage = "{auth_type, auth_data} as `JSON` or @FILE"
	addAttempts(flags, &f.callFlags)
	flags.StringVar(&f.http, "http", "", "serves streamable HTTP at /mcp of this `HOST:PORT`; other machines reach it only with a token")
	flags.StringSliceVar(&f.tools, "tools", nil, "offers these `ACTIONS` only, split at commas; list_* is a pattern")
	flags.StringSliceVar(&f.writes, "allow-writes", nil, "offers actions that change something too: all of them, or those of =`ACTIONS`")
	flags.Lookup("allow-writes").NoOptDefVal = mcp.All
	flags.BoolVar(&f.search, "search", false, "offers three tools instead of one for each action: find, describe and call an action")
	flags.IntVar(&f.maxResult, "max-result", mcp.DefaultMaxResult, "passes on so many `bytes` of a result at most: lists are cut and say where they go on; 0 is no bound")
	flags.StringVar(&f.text, "text", "brief", "what the `text` beside a structured result says: brief; full is the result again, for hosts that read text only")
	flags.StringVar(&f.tokenEnv, "token-env", p.variable("MCP_TOKEN"), "with --http: the environment `variable` with the token that every request must bring (Authorization: Bearer)")
	flags.StringVar(&f.tokenFile, "token-file", "", "with --http: the `FILE` with that token")
	flags.BoolVar(&f.web.RequireCredentials, "require-credentials", false, "with --http: refuses requests without "+mcp.HeaderCredential)
	flags.StringSliceVar(&f.web.Hosts, "allow-host", nil, "with --http: answers to this `NAME` too, such as the one of a proxy")
	flags.StringSliceVar(&f.web.Origins, "allow-origin", nil, "with --http: answers to web pages of this `ORIGIN`, such as https://app.example.com")
}

func noMCPArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("mcp takes no arguments, and was given %q; values of --allow-writes follow an equals sign: --allow-writes=ACTION,ACTION", args[0])
	}
	return nil
}

func (p Program) runMCP(ctx context.Context, f mcpFlags) error {
	server, err := p.mcpServer(ctx, f)
	if err != nil {
		return err
	}
	defer server.Close()
	if f.http == "" {
		if f.tokenFile != "" || f.web.RequireCredentials || len(f.web.Hosts)+len(f.web.Origins) > 0 {
			return errors.New("--token-file, --require-credentials, --allow-host and --allow-origin are for --http HOST:PORT")
		}
		return server.ServeLines(ctx, p.Stdin, p.Stdout)
	}
	return p.serveMCP(ctx, server, f)
}

// mcpServer makes the server of the flags.
func (p Program) mcpServer(ctx context.Context, f mcpFlags) (*mcp.Server, error) {
	if f.credentials == "-" {
		return nil, errors.New("--credentials: standard input belongs to the protocol; give JSON or @FILE")
	}
	if !slices.Contains(texts, f.text) {
		return nil, fmt.Errorf("--text is brief or full, not %q%s", f.text, meant(f.text, texts))
	}
	if err := p.areActions("--tools", f.tools); err != nil {
		return nil, err
	}
	if err := p.areActions("--allow-writes", f.writes); err != nil {
		return nil, err
	}
	client, err := p.options(f.callFlags)
	if err != nil {
		return nil, err
	}
	o := mcp.Options{Client: client, Tools: f.tools, AllowWrites: f.writes, Search: f.search, MaxResult: f.maxResult, FullText: f.text == "full"}
	if f.maxResult <= 0 {
		o.MaxResult = -1
	}
	if !f.web.RequireCredentials {
		if o.Credentials, err = p.credential(ctx, f.callFlags); err != nil {
			return nil, err
		}
	}
	server, err := mcp.New(p.Table, o)
	if err != nil {
		return nil, inFlags(err)
	}
	return server, nil
}

// areActions refuses a name that no action has, and says which was meant. The
// server refuses patterns that fit none.
func (p Program) areActions(flag string, names []string) error {
	for _, name := range names {
		if !strings.ContainsAny(name, `*?[\`) && p.Table.Lookup(name) == nil {
			return fmt.Errorf("%s: there is no action %q%s; %s actions lists them", flag, name, meant(name, p.actionNames()), p.Table.API.Name)
		}
	}
	return nil
}

// serveMCP serves over HTTP until the context ends.
func (p Program) serveMCP(ctx context.Context, server *mcp.Server, f mcpFlags) error {
	host, _, err := net.SplitHostPort(f.http)
	if err != nil {
		return fmt.Errorf("--http takes HOST:PORT, such as 127.0.0.1:8080: %w", err)
	}
	if f.web.Token, err = p.mcpToken(f); err != nil {
		return err
	}
	f.web.Local = host == "localhost" || net.ParseIP(host).IsLoopback()
	if !f.web.Local && f.web.Token == "" {
		return fmt.Errorf("--http %s can be reached from other machines, so it needs a token: set %s or --token-file, or serve 127.0.0.1", f.http, f.tokenEnv)
	}
	listener, err := net.Listen("tcp", f.http)
	if err != nil {
		return fmt.Errorf("--http: %w", err)
	}
	fmt.Fprintf(p.Stderr, "%s mcp: http://%s/mcp\n", p.Table.API.Name, listener.Addr())
	return server.Handler(f.web).Serve(ctx, listener)
}

// mcpToken is the token that requests must bring; "" when none is set.
func (p Program) mcpToken(f mcpFlags) (string, error) {
	token := p.Getenv(f.tokenEnv)
	if f.tokenFile != "" {
		text, err := os.ReadFile(f.tokenFile)
		if err != nil {
			return "", fmt.Errorf("--token-file: %w", err)
		}
		if token = string(text); strings.TrimSpace(token) == "" {
			return "", errors.New("--token-file: the file holds no token")
		}
	}
	token = strings.TrimSpace(token)
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "", errors.New("the token has characters that a header cannot carry")
	}
	return token, nil
}

// doctor: what stands between a person and a call, a line each, with the cure.
// doctor_way.go looks at the network.

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"modulex.dev/connector/runtime"
	"modulex.dev/connector/runtime/cli/show"
)

// finding is one line of a doctor.
type finding struct {
	Name   string `json:"name"`
	Status string `json:"status"` // ok, warn, fail, or skip for what could not be looked at
	Detail string `json:"detail"`
	Cure   string `json:"cure,omitempty"`
}

// doctor looks at one thing after the other.
type doctor struct {
	Program
	flags    callFlags
	client   *runtime.Client // nil when the settings do not make one
	findings []finding
}

func (d *doctor) note(name, status, detail, cure string) {
	d.findings = append(d.findings, finding{name, status, oneLine(detail), oneLine(cure)})
}

func (p Program) doctor() *cobra.Command {
	f := callFlags{attempts: 1}
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out why calls fail: settings, network, API, credential, quota, clock",
		Long: `Look at everything that a call needs, and say for each what is wrong and how to mend it:
the settings, the proxy, the way to the API, the clock, the credential (with the request
that the API has for that), what is left of its rates, the place of the ledger.

` + exitCodes + ` Warnings are no failure.`,
		Example: "  " + p.Table.API.Name + " doctor\n  " + p.Table.API.Name + " doctor --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d := &doctor{Program: p, flags: f}
			d.examine(c.Context())
			return d.report(asJSON)
		},
	}
	p.addPlaceFlags(cmd.Flags(), &f)
	_ = cmd.Flags().Set("timeout", "10s")
	cmd.Flags().Lookup("timeout").DefValue = "10s"
	cmd.Flags().BoolVar(&asJSON, "json", false, "prints the findings as JSON")
	return cmd
}

func (d *doctor) examine(ctx context.Context) {
	target := d.settings()
	d.proxy(target)
	d.network(ctx, target)
	d.credential(ctx)
	d.ledgerPlace()
}

// report prints the findings.
func (d *doctor) report(asJSON bool) error {
	failed := slices.ContainsFunc(d.findings, func(f finding) bool { return f.Status == "fail" })
	if asJSON {
		e := json.NewEncoder(d.Stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(d.findings); err != nil {
			return err
		}
	} else {
		for _, f := range d.findings {
			d.print(f)
		}
	}
	if failed {
		return ErrFailed
	}
	return nil
}

func (d *doctor) print(f finding) {
	status := fmt.Sprintf("%-4s", f.Status)
	if colour := map[string]string{"ok": "\x1b[32m", "warn": "\x1b[33m", "fail": "\x1b[31m"}[f.Status]; d.screen.color && colour != "" {
		status = colour + status + "\x1b[0m"
	}
	const before = 4 + 2 + 10 + 2 // columns in front of the detail
	text := f.Detail
	if f.Cure != "" {
		text += "\n-> " + f.Cure
	}
	room := 1 << 20
	if d.screen.width > 0 {
		room = max(10, d.screen.width-before)
	}
	lines := show.Fold(text, room)
	fmt.Fprintf(d.Stdout, "%s  %-10s  %s\n", status, f.Name, strings.Join(lines, "\n"+strings.Repeat(" ", before)))
}

// settings looks at the flags and variables, and returns where requests go.
func (d *doctor) settings() *url.URL {
	client, err := d.Program.client(d.flags)
	if err != nil {
		d.note("settings", "fail", err.Error(), "mend --base-url or "+d.variable("BASE_URL"))
		return nil
	}
	d.client = client
	o := d.place(d.flags)
	base := o.BaseURL
	for _, url := range o.BaseURLs {
		base = or(base, url)
	}
	how := "replaced"
	if base == "" {
		base, how = d.Table.API.BaseURL, "the API's own"
		if base == "" && len(d.Table.API.Hosts) > 0 {
			base = d.Table.API.Hosts[0].URL
		}
	}
	if strings.Contains(base, "{") {
		d.note("settings", "ok", "the address of the API is part of the credential: "+base, "")
		return nil
	}
	target, err := url.Parse(base)
	if err != nil {
		d.note("settings", "fail", "the base URL cannot be read", "mend --base-url or "+d.variable("BASE_URL"))
		return nil
	}
	d.note("settings", "ok", "requests go to "+target.Redacted()+" ("+how+")", "")
	return target
}

// credential looks for the credential and has the API look at it.
func (d *doctor) credential(ctx context.Context) {
	if len(d.Table.API.Auth) == 0 {
		d.note("credential", "ok", "this API needs none", "")
		return
	}
	got, err := d.find(ctx, d.flags)
	login := "log in with " + d.Table.API.Name + " login, or set " + strings.Join(d.credentialVariables(), " and ")
	switch {
	case err != nil:
		d.note("credential", "fail", err.Error(), login)
		return
	case got.from == "":
		d.note("credential", "fail", or(got.note, "there is none"), login)
		return
	}
	if got.note != "" {
		d.note("keeping", "warn", got.note, "")
	}
	if d.client == nil {
		d.note("credential", "skip", "from "+got.from+"; it cannot be tried with these settings", "")
		return
	}
	defer d.client.Close()
	proof := d.client.Prove(ctx, got.cred)
	switch {
	case proof.Scheme == nil:
		d.note("credential", "skip", "from "+got.from+"; the API has no request to try it", "")
	case proof.Err != nil && proof.Err.Code == runtime.CodeUnauthenticated:
		d.note("credential", "fail", "from "+got.from+": "+proof.Err.Error(), login)
	case proof.Err != nil:
		d.note("credential", "fail", "from "+got.from+": "+proof.Err.Error(), "see the lines above")
	default:
		d.note("credential", "ok", "from "+got.from+"; "+d.Table.API.Title+" takes it", "")
	}
	d.quota(proof)
}

// quota tells what is left of the API's rates.
func (d *doctor) quota(proof runtime.Proof) {
	said := false
	for i, r := range proof.Rates {
		if r.Remaining < 0 {
			continue
		}
		said = true
		b := d.Table.API.Budgets[i]
		limit := r.Limit
		if limit < 0 {
			limit = b.Calls
		}
		detail := fmt.Sprintf("%d of %d calls per %s are left", r.Remaining, limit, period(b.Per))
		if r.Reset > 0 {
			detail += ", all of them again in " + period(r.Reset.Round(time.Second))
		}
		switch {
		case r.Remaining == 0 && b.Per > time.Minute:
			d.note("quota", "fail", detail, "wait, or ask the vendor for more")
		case r.Remaining*10 < limit && b.Per > time.Minute:
			d.note("quota", "warn", detail, "")
		default:
			d.note("quota", "ok", detail, "")
		}
	}
	if !said {
		d.note("quota", "skip", "the API did not tell what is left", "")
	}
}

// period is a length of time without the zeros behind it.
func period(t time.Duration) string {
	if day := 24 * time.Hour; t >= day {
		if days := int(t / day); t%day == 0 || days > 1 {
			return fmt.Sprintf("%d days", days)
		}
	}
	text := t.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// ledgerPlace looks whether answers of writes with a key can be kept.
func (d *doctor) ledgerPlace() {
	dir, err := d.ledgerDir()
	if err == nil {
		err = writable(dir)
	}
	if err != nil {
		d.note("ledger", "warn", err.Error(), "--idempotency-key needs --ledger DIR until then")
		return
	}
	d.note("ledger", "ok", "answers of writes with a key can be kept in "+dir, "")
}

// writable tries to write into a directory, and makes it for that.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	_ = file.Close()
	return os.Remove(file.Name())
}

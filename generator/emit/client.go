// client.go of a generated package: the client of the typed handlers, the
// credentials, and what the actions share.

package emit

import (
	"fmt"
	"time"

	"github.com/dave/jennifer/jen"

	"modulex.dev/connector/generator/model"
)

func client(f *jen.File, c *model.Connector) {
	f.PackageComment("// Package " + c.Package + " is the connector of " + oneLine(c.Title) + ".")
	f.PackageComment("//")
	for _, line := range wrap(c.Overview, 77) {
		f.PackageComment("// " + line)
	}
	f.PackageComment("//")
	f.PackageComment("// [Table] holds every action for a host that calls them by name; [Client] has a")
	f.PackageComment("// typed method for each.")

	f.Comment("This stops compiling when the runtime can no longer serve code of this generation.")
	f.Const().Id("_").Op("=").Add(rt("SupportsGenerator1"))

	f.Comment("Client runs the actions with typed inputs and results. It is safe for use by many")
	f.Comment("goroutines and tenants at once; credentials come with each call.")
	f.Type().Id("Client").Struct(jen.Id("rt").Op("*").Add(rt("Client")))

	f.Comment("New returns a client. The zero options send to " + c.BaseURL + ".")
	f.Func().Id("New").Params(jen.Id("o").Add(rt("Options"))).Params(jen.Op("*").Id("Client"), jen.Error()).Block(
		jen.List(jen.Id("c"), jen.Err()).Op(":=").Add(rt("NewClient")).Call(jen.Op("&").Id("Table"), jen.Id("o")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Return(jen.Op("&").Id("Client").Values(kv("rt", jen.Id("c"))), jen.Nil()),
	)

	f.Comment("Runtime returns the client below, which calls actions by name.")
	f.Func().Params(jen.Id("c").Op("*").Id("Client")).Id("Runtime").Params().Op("*").Add(rt("Client")).Block(jen.Return(jen.Id("c").Dot("rt")))

	for _, s := range c.Auth {
		credentials(f, s)
	}
	f.Line()
	f.Var().Id("api").Op("=").Add(api(c))
	for _, s := range c.Auth {
		f.Line()
		f.Var().Id(s.Var).Op("=").Add(authScheme(s))
	}
	for _, p := range c.Paging {
		f.Line()
		f.Var().Id(p.Var).Op("=").Add(paging(p))
	}
	for _, b := range c.Bodies {
		f.Line()
		f.Var().Id(b.Var).Op("=").Add(body(b))
	}
}

// credentials prints the constructor of a scheme's credentials.
func credentials(f *jen.File, s *model.AuthScheme) {
	var args, data []jen.Code
	for _, field := range s.Fields {
		args = append(args, jen.Id(field.Arg))
		data = append(data, jen.Lit(field.Key).Op(":").Id(field.Arg))
	}
	f.Add(comment(fmt.Sprintf("%s returns the credentials of one tenant: %s", s.Func, sentence(s.Title))))
	f.Func().Id(s.Func).Params(jen.List(args...).String()).Add(rt("Credentials")).Block(
		jen.Return(rt("NewCredentials").Call(jen.Lit(s.Type), row(jen.Map(jen.String()).String(), data...))),
	)
}

func api(c *model.Connector) jen.Code {
	fields := []jen.Code{
		kv("Name", jen.Lit(c.Name)), kv("Title", jen.Lit(c.Title)), kv("Version", jen.Lit(c.Version)),
		kv("Overview", jen.Lit(c.Overview)), kv("BaseURL", jen.Lit(c.BaseURL)),
	}
	if len(c.Headers) > 0 {
		var headers []jen.Code
		for _, h := range c.Headers {
			headers = append(headers, jen.Values(kv("Name", jen.Lit(h.Name)), kv("Value", jen.Lit(h.Value))))
		}
		fields = append(fields, kv("Headers", spread(jen.Index().Add(rt("Header")), headers...)))
	}
	if len(c.Auth) > 0 {
		var schemes []jen.Code
		for _, s := range c.Auth {
			schemes = append(schemes, jen.Op("&").Id(s.Var))
		}
		fields = append(fields, kv("Auth", row(jen.Index().Op("*").Add(rt("AuthScheme")), schemes...)))
	}
	if len(c.Budgets) > 0 {
		fields = append(fields, kv("Budgets", budgets(c.Budgets)))
	}
	if len(c.Messages) > 0 {
		fields = append(fields, kv("Errors", messages(c.Messages)))
	}
	if c.Failure != "" {
		fields = append(fields, kv("Failure", jen.Lit(c.Failure)))
	}
	fields = append(fields, kv("Texts", spread(rt("Texts"),
		kv("Status", jen.Lit(c.Texts.Status)), kv("Timeout", jen.Lit(c.Texts.Timeout)), kv("Failed", jen.Lit(c.Texts.Failed)))))
	return spread(rt("API"), fields...)
}

func budgets(list []model.Budget) jen.Code {
	var out []jen.Code
	for _, b := range list {
		fields := []jen.Code{kv("Calls", jen.Lit(b.Calls)), kv("Per", per(b.Per))}
		fields = append(fields, given("Limit", b.Limit)...)
		fields = append(fields, given("Remaining", b.Remaining)...)
		fields = append(fields, given("Reset", b.Reset)...)
		out = append(out, spread(jen.Null(), fields...))
	}
	return spread(jen.Index().Add(rt("Budget")), out...)
}

// per prints a duration in its largest whole unit.
func per(d time.Duration) jen.Code {
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"Hour", time.Hour}, {"Minute", time.Minute}} {
		if d%u.unit == 0 {
			return jen.Lit(int(d/u.unit)).Op("*").Qual("time", u.name)
		}
	}
	return jen.Lit(int(d/time.Second)).Op("*").Qual("time", "Second")
}

// given is a field with a text, or nothing when it is empty.
func given(name, value string) []jen.Code {
	if value == "" {
		return nil
	}
	return []jen.Code{kv(name, jen.Lit(value))}
}

func messages(list []model.Message) jen.Code {
	var out []jen.Code
	for _, m := range list {
		fields := given("Path", m.Path)
		if len(m.Text) > 0 {
			fields = append(fields, kv("Text", row(jen.Index().String(), lits(m.Text)...)))
		}
		out = append(out, jen.Values(fields...))
	}
	return spread(jen.Index().Add(rt("ErrorRule")), out...)
}

func authScheme(s *model.AuthScheme) jen.Code {
	var fields []jen.Code
	for _, x := range s.Fields {
		field := []jen.Code{kv("Key", jen.Lit(x.Key)), kv("Env", jen.Lit(x.Env)), kv("Title", jen.Lit(x.Title))}
		field = append(field, given("Description", x.Description)...)
		fields = append(fields, spread(jen.Null(), append(field, kv("Missing", jen.Lit(x.Missing)))...))
	}
	out := []jen.Code{kv("Name", jen.Lit(s.Name)), kv("Type", jen.Lit(s.Type)), kv("Title", jen.Lit(s.Title))}
	out = append(out, given("Description", s.Description)...)
	if len(s.Steps) > 0 {
		out = append(out, kv("Steps", spread(jen.Index().String(), lits(s.Steps)...)))
	}
	send := append([]jen.Code{kv("Header", jen.Lit(s.Header))}, given("Prefix", s.Prefix)...)
	out = append(out,
		kv("Fields", spread(jen.Index().Add(rt("CredentialField")), fields...)),
		kv("Send", row(jen.Index().Add(rt("AuthPart")), jen.Values(append(send, kv("Key", jen.Lit(s.Key)))...))))
	return spread(rt("AuthScheme"), out...)
}

func paging(p *model.Paging) jen.Code {
	out := []jen.Code{kv("Page", jen.Lit(p.Page)), kv("First", jen.Lit(p.First))}
	if p.Size != "" {
		out = append(out, kv("Size", jen.Lit(p.Size)), kv("SizeValue", jen.Lit(p.Items)))
	}
	out = append(out, kv("Next", jen.Lit(p.Next)))
	return spread(rt("Paging"), append(out, given("Current", p.Current)...)...)
}

func body(b *model.Body) jen.Code {
	out := []jen.Code{kv("MediaType", jen.Lit(b.MediaType)), kv("Open", text(b.Open)), kv("Close", text(b.Close))}
	if b.Constants {
		out = append(out, kv("Constants", jen.True()))
	}
	return spread(rt("Body"), out...)
}

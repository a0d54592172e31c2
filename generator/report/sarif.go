// The form for code scanners: SARIF 2.1.0, as GitHub and editors read it. Only
// the members that are used have a type here; the standard has hundreds.

package report

import (
	"io"
	"net/url"
	"path/filepath"

	"modulex.dev/connector/generator/manifest"
)

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string       `json:"id"`
		ShortDescription sarifMessage `json:"shortDescription"`
		FullDescription  sarifMessage `json:"fullDescription"`
		Help             sarifMessage `json:"help"`
		HelpURI          string       `json:"helpUri"`
		Default          sarifLevel   `json:"defaultConfiguration"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId,omitempty"`
		RuleIndex *int            `json:"ruleIndex,omitempty"`
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
)

// SARIF prints a log of one run with all rules and the diagnostics.
func SARIF(w io.Writer, d manifest.Diagnostics) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "connectorgen", InformationURI: Home}},
		ColumnKind: "unicodeCodePoints",
		Results:    make([]sarifResult, len(d)),
	}
	index := make(map[string]*int)
	for i, r := range manifest.LintRules() {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(r))
		index[r.Code] = &i
	}
	for i, one := range d {
		run.Results[i] = sarifResult{
			RuleID: one.Rule, RuleIndex: index[one.Rule], Level: level(one.Severity), Message: sarifMessage{Text: said(one)},
			Locations: []sarifLocation{{sarifPhysical{
				Artifact: sarifArtifact{address(one.File)},
				Region:   sarifRegion{one.Pos.Line, one.Pos.Col, one.End.Line, one.End.Col},
			}}},
		}
	}
	return encode(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func sarifRuleOf(r manifest.LintRule) sarifRule {
	return sarifRule{
		ID:               r.Code,
		ShortDescription: sarifMessage{Text: sentence(r.Summary)},
		FullDescription:  sarifMessage{Text: r.Explanation},
		Help:             sarifMessage{Text: Explain(r), Markdown: section(r)},
		HelpURI:          help(r.Code),
		Default:          sarifLevel{level(r.Severity)},
	}
}

func level(s manifest.Severity) string {
	if s == manifest.SeverityAdvice {
		return "note"
	}
	return "error"
}

// said is what a diagnostic says, without its place.
func said(d manifest.Diagnostic) string {
	if d.Cure == "" {
		return d.Message
	}
	return d.Message + "; " + d.Cure
}

// address is a file as a URI: relative, or with its scheme when the path is
// absolute.
func address(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}

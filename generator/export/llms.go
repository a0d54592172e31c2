// llms.txt and llms-full.txt, as llmstxt.org has them: what there is for a model
// that reads the site, with links to the Markdown pages; and all of it in one file.

package export

import (
	"fmt"
	"strings"

	"modulex.dev/connector/generator/model"
)

// LLMFiles are llms.txt and llms-full.txt. base is put in front of the links to
// the pages.
func LLMFiles(c *model.Connector, base string) []File {
	if base != "" && !strings.HasSuffix(base, "/") {
		base += "/"
	}
	return []File{{Name: "llms.txt", Content: llms(c, base)}, {Name: "llms-full.txt", Content: llmsFull(c)}}
}

func llms(c *model.Connector, base string) []byte {
	p := &page{}
	p.llmsHead(c)
	p.block("## Actions")
	var links []string
	for _, a := range c.Actions {
		links = append(links, fmt.Sprintf("- [%s](%s%s): %s", CommonMark(a.Name), linkTarget(base), pageOf(c, a), CommonMark(a.Description)))
	}
	p.block("%s", strings.Join(links, "\n"))
	p.block("## Optional")
	p.block("- [%s](%s%s.md): The connector on one page, with its credentials and limits", CommonMark(c.API.Title), linkTarget(base), c.API.Name)
	return p.Bytes()
}

// llmsHead is what both files begin with.
func (p *page) llmsHead(c *model.Connector) {
	p.block("# %s", CommonMark(c.API.Title))
	p.block("> %s", CommonMark(c.API.Overview))
	p.block("An action takes one JSON object and answers with an envelope: `success`, `error` (null, or a text), then its data.")
	var schemes []string
	for _, s := range merged(c.Auth) {
		schemes = append(schemes, strings.TrimSuffix(CommonMark(s.Title+": "+s.Description), ":"))
	}
	if schemes != nil {
		p.block("Credentials:")
		p.block("- %s", strings.Join(schemes, "\n- "))
	}
	if len(c.Limits) > 0 {
		p.block("Limits:")
		p.block("%s", bullets(c.Limits))
	}
}

func llmsFull(c *model.Connector) []byte {
	p := &page{}
	p.llmsHead(c)
	for _, a := range c.Actions {
		p.block("## %s", CommonMark(a.Title))
		p.actionBody(c, a, "###")
	}
	return p.Bytes()
}

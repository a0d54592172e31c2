// export and schema: what others than Go read.

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"modulex.dev/connector/generator"
	"modulex.dev/connector/generator/export"
	"modulex.dev/connector/generator/manifest"
	"modulex.dev/connector/generator/model"
)

// exporter is what the formats share: the manifest, where to write, what to leave
// out.
type exporter struct {
	file    *string
	out     string
	actions []string
}

func exportCommand(file *string) *cobra.Command {
	e := &exporter{file: file}
	cmd := &cobra.Command{
		Use:   "export FORMAT",
		Short: "Print or write what others read: schemas, tools for models, OpenAPI, pages",
		Long: `Print or write what others read: schemas, tools for models, OpenAPI, pages.

To standard output goes the first document of a format; --out DIR writes all of them.
docs/exports.md says what each format holds.`,
		Example: `  connectorgen export tools-anthropic --strict --actions get_event,create_event
  connectorgen export openapi --out api/
  connectorgen export markdown --out docs/`,
		Args: knownFormat,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("name the format: " + strings.Join(formats, ", "))
		}}
	cmd.PersistentFlags().StringVar(&e.out, "out", "-", "directory to write to, or - for standard output")
	cmd.PersistentFlags().StringSliceVar(&e.actions, "actions", nil, "only these actions, separated by commas")
	cmd.AddCommand(e.schemas(), e.catalogue(), e.openAITools(), e.anthropicTools(), e.openAPI(), e.markdown(), e.llms(), e.site())
	return cmd
}

// formats are the words that may stand behind export.
var formats = []string{"schemas", "catalogue", "tools-openai", "tools-anthropic", "openapi", "markdown", "llms-txt", "site"}

// knownFormat refuses a word that is no format; those that are are commands.
func knownFormat(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("there is no format %q; name one of %s", args[0], strings.Join(formats, ", "))
	}
	return nil
}

func (e *exporter) schemas() *cobra.Command {
	return &cobra.Command{
		Use:     "schemas",
		Short:   "The parameters and schemas of every action; in a directory each action's in files of its own too",
		Example: "  connectorgen export schemas --out schemas/",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.run(c, func(m *model.Connector) ([]export.File, error) { return export.SchemaFiles(m), nil })
		},
	}
}

func (e *exporter) catalogue() *cobra.Command {
	indent := 2
	cmd := &cobra.Command{
		Use:     "catalogue",
		Short:   "The host's catalogue, manifests.json",
		Example: "  connectorgen export catalogue > manifests.json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if indent < 0 || indent > 16 {
				return errors.New("--indent must be between 0 and 16")
			}
			return e.run(c, func(m *model.Connector) ([]export.File, error) {
				doc, said := export.Catalogue(m, indent)
				fmt.Fprintln(c.ErrOrStderr(), said)
				return []export.File{{Name: "manifests.json", Content: doc}}, nil
			})
		},
	}
	cmd.Flags().IntVar(&indent, "indent", 2, "spaces for each level")
	return cmd
}

const strictHelp = `With --strict a tool is one of the vendor's strict mode, where a model can say only what
the schema allows. What that mode cannot say becomes words of the description; a tool
with a parameter that is open stays as it is, and standard error names it.`

func (e *exporter) openAITools() *cobra.Command {
	var strict bool
	var form string
	cmd := &cobra.Command{
		Use:   "tools-openai",
		Short: "The actions as tools of OpenAI, for the Responses API or Chat Completions",
		Long:  "The actions as the value of \"tools\" in a request to OpenAI.\n\n" + strictHelp,
		Example: `  connectorgen export tools-openai --strict > tools.json
  connectorgen export tools-openai --form chat --actions get_event`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if form != string(export.FormResponses) && form != string(export.FormChat) {
				return fmt.Errorf("--form cannot be %q; use responses or chat", form)
			}
			return e.run(c, func(m *model.Connector) ([]export.File, error) {
				doc, notes := export.OpenAITools(m, export.ToolForm(form), strict)
				return noted(c, notes, export.File{Name: m.API.Name + ".tools-openai.json", Content: doc})
			})
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "strict tools, where a tool can be one")
	cmd.Flags().StringVar(&form, "form", string(export.FormResponses), "responses, or chat for Chat Completions")
	return cmd
}

func (e *exporter) anthropicTools() *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:     "tools-anthropic",
		Short:   "The actions as tools of Anthropic's Messages API",
		Long:    "The actions as the value of \"tools\" in a request to Anthropic.\n\n" + strictHelp,
		Example: "  connectorgen export tools-anthropic --strict --actions get_event,list_events",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.run(c, func(m *model.Connector) ([]export.File, error) {
				doc, notes := export.AnthropicTools(m, strict)
				return noted(c, notes, export.File{Name: m.API.Name + ".tools-anthropic.json", Content: doc})
			})
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "strict tools, where a tool can be one")
	return cmd
}

func (e *exporter) openAPI() *cobra.Command {
	var envelope bool
	var format string
	cmd := &cobra.Command{
		Use:   "openapi",
		Short: "OpenAPI 3.1 of the API's requests, and of the actions as a host offers them",
		Long: `OpenAPI 3.1: the requests that the connector sends to its API. A second document has
the actions as a host offers them, POST /actions/NAME with the input for the envelope;
--envelope prints that one. A directory gets both.`,
		Example: `  connectorgen export openapi > livestorm.openapi.json
  connectorgen export openapi --envelope --format yaml
  connectorgen export openapi --out api/`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if format != "json" && format != "yaml" {
				return fmt.Errorf("--format cannot be %q; use json or yaml", format)
			}
			return e.run(c, func(m *model.Connector) ([]export.File, error) {
				doc, notes := export.OpenAPI(m)
				api := export.File{Name: m.API.Name + ".openapi." + format, Content: doc}
				host := export.File{Name: m.API.Name + ".envelope.openapi." + format, Content: export.EnvelopeOpenAPI(m)}
				if envelope {
					return inFormat(format, host)
				}
				files, err := inFormat(format, api, host)
				if err != nil {
					return nil, err
				}
				return noted(c, notes, files...)
			})
		},
	}
	cmd.Flags().BoolVar(&envelope, "envelope", false, "the host's side alone")
	cmd.Flags().StringVar(&format, "format", "json", "json or yaml")
	return cmd
}

// inFormat are JSON documents, as YAML where that is wanted.
func inFormat(format string, files ...export.File) ([]export.File, error) {
	for i := range files {
		if format != "yaml" {
			continue
		}
		text, err := export.YAML(files[i].Content)
		if err != nil {
			return nil, err
		}
		files[i].Content = text
	}
	return files, nil
}

func (e *exporter) markdown() *cobra.Command {
	return &cobra.Command{
		Use:   "markdown",
		Short: "Pages for a docs site: one of the connector, one of each action",
		Long: `Pages for a docs site that takes Markdown or MDX: NAME.md is the connector on one page, in
the order of the host's own pages; NAME/ACTION.md is an action with examples. Standard
output gets the first of them. A .markdownlint.json beside them has the settings with
which markdownlint finds no fault.`,
		Example: "  connectorgen export markdown --out docs/",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.run(c, func(m *model.Connector) ([]export.File, error) { return export.MarkdownFiles(m), nil })
		},
	}
}

func (e *exporter) llms() *cobra.Command {
	var base string
	cmd := &cobra.Command{
		Use:   "llms-txt",
		Short: "llms.txt and llms-full.txt, for models that read a docs site",
		Long: `llms.txt, which links to the pages of export markdown, and llms-full.txt, which has them in
one file, in the form of llmstxt.org. Standard output gets the first.`,
		Example: "  connectorgen export llms-txt --base https://docs.example.com/integrations --out public/",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return e.run(c, func(m *model.Connector) ([]export.File, error) { return export.LLMFiles(m, base), nil })
		},
	}
	cmd.Flags().StringVar(&base, "base", "", "address in front of the links")
	return cmd
}

// noted says on standard error what the reader of an export should know.
func noted(c *cobra.Command, notes []string, files ...export.File) ([]export.File, error) {
	for _, n := range notes {
		fmt.Fprintln(c.ErrOrStderr(), "note:", n)
	}
	return files, nil
}

// run prints the first file, or writes them all to a directory.
func (e *exporter) run(c *cobra.Command, files func(*model.Connector) ([]export.File, error)) error {
	src, err := readManifest(*e.file)
	if err != nil {
		return err
	}
	m, faults := generator.Load(*e.file, src)
	if len(faults) > 0 {
		return faults
	}
	if err := e.choose(m); err != nil {
		return err
	}
	list, err := files(m)
	if err != nil {
		return err
	}
	if e.out == "-" {
		_, err := c.OutOrStdout().Write(list[0].Content)
		return err
	}
	for _, f := range list {
		path := filepath.Join(e.out, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := replace(path, f.Content); err != nil {
			return err
		}
	}
	return nil
}

// choose leaves out the actions that are not asked for.
func (e *exporter) choose(m *model.Connector) error {
	if e.actions == nil {
		return nil
	}
	for _, name := range e.actions {
		if _, err := actionOf(m, name); err != nil {
			return err
		}
	}
	m.Actions = slices.DeleteFunc(m.Actions, func(a *model.Action) bool { return !slices.Contains(e.actions, a.Name) })
	return nil
}

func schemaCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the manifest language, for editors",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			content := manifest.Schema()
			switch format {
			case "json":
			case "markdown":
				content = export.LanguageReference()
			default:
				return fmt.Errorf("--format cannot be %q; use json or markdown", format)
			}
			_, err := c.OutOrStdout().Write(content)
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "json", "json, or markdown for the reference page")
	return cmd
}

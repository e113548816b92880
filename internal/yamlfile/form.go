package yamlfile

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// TextOr is the schema of a value that may be written as a text alone, or as the object
// that the struct model describes.
func TextOr(model any) *jsonschema.Schema {
	reflector := jsonschema.Reflector{DoNotReference: true, Anonymous: true}
	object := reflector.Reflect(model)
	object.Version = ""
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, object}}
}

// DecodeTextOr decodes such a value: a text into text, an object into the struct that
// object points to.
func DecodeTextOr(value []byte, text *string, object any) error {
	if len(value) > 0 && value[0] == '"' {
		return json.Unmarshal(value, text)
	}
	return json.Unmarshal(value, object)
}

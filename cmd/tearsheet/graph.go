package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"tearsheet/metrics"
	"tearsheet/pipeline"
)

// readGraph reads the SQL assets of a project folder and joins them with the tables
// that its sources fill. A folder without etl/ has the tables of the sources alone.
func readGraph(c *config, dir string) (*pipeline.Graph, findings) {
	var found findings
	assets := c.sources.assets
	folder := filepath.Join(dir, assetsDir)
	if _, err := os.Stat(folder); err == nil {
		made, faults := pipeline.ReadAssets(os.DirFS(dir), assetsDir)
		assets = append(assets[:len(assets):len(assets)], made...)
		found.faults = asMetricFaults(faults)
	} else if !errors.Is(err, fs.ErrNotExist) {
		found.faults = faultsOf(assetsDir, err)
	}
	graph, faults := pipeline.NewGraph(assets)
	found.faults = append(found.faults, asMetricFaults(faults)...)
	return graph, found
}

// asMetricFaults writes the faults of assets as those of the other files.
func asMetricFaults(faults pipeline.Faults) metrics.Faults {
	var list metrics.Faults
	for _, fault := range faults {
		list = append(list, metrics.Fault{Place: fault.Place, Text: fault.Text})
	}
	return list
}

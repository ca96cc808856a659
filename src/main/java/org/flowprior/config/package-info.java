/** Reads config records from JSON: presets, files and single assignments, bound to record components by name. */
package org.flowprior.config;

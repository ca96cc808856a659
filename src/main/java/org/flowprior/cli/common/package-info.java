/** Shared parts of all commands: common options, errors and exit codes, signals, tables of text. */
package org.flowprior.cli.common;

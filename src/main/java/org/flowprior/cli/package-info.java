/** The entry point of the command line, and the commands that inspect files and the machine. */
package org.flowprior.cli;

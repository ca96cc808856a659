/** The command line's entry point, and the commands that look at files and at the machine. */
package org.flowprior.cli;

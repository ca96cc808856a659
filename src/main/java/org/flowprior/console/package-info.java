/** What a user sees while work runs: a progress bar on a terminal, plain lines elsewhere. */
package org.flowprior.console;

/**
 * The mistakes of users, with stable codes, positions and hints. Depends on nothing; everybody may
 * throw a {@link dev.sluice.error.UserError}.
 */
package dev.sluice.error;

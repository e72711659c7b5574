/** What every test that runs pipelines must keep to. Start reading at {@link NoLeaks}. */
package dev.sluice.testing.memory;

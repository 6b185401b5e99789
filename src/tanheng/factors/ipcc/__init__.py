"""Default factors of the IPCC for carbon of land (Tier 1): soils by climate and soil type, biomass by climate."""

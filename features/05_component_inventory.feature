Feature: Supply Chain Component Inventory
  As a Compliance Officer
  I want inventory of all AI supply chain components
  So that supply chain is traceable and auditable

  Scenario: Component Inventory Management
    Given AI system uses supply chain components
    When inventory is maintained
    Then all pre-trained models shall be inventoried
    And all datasets shall be inventoried
    And all ML frameworks shall be inventoried
    And all third-party services shall be inventoried
    And inventory shall be kept up-to-date
    And inventory shall support audits

